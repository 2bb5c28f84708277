"""dictation.py - sentences of the kind people dictate, out of templates

Documentation holds few reminders, letters and shopping lists, so they are made: a template, and a random word
of the right sort in each of its places. Numbers are spelled out, as they are spoken. FIXED are the sentences
that everybody tries first; training repeats them.

SPDX-License-Identifier: MIT
"""
import re


def entries(text, separator=","):
    return [entry.strip() for entry in text.replace("\n", separator).split(separator) if entry.strip()]


NAMES = entries("""
Alice, Bob, Carol, David, Emma, Frank, Grace, Henry, Isabel, Jack, Kate, Liam, Maria, Nathan, Olivia, Peter
Rachel, Sam, Thomas, Victoria, William, Anna, Ben, Charlotte, Daniel, Ella, George, Hannah, James, Laura
Michael, Sophie, John, Mary, Paul, Susan, Kevin, Linda, Mark, Julia, Robert, Sarah, Steven, Karen, Tony
Lucy, Martin, Helen
""")
DAYS = entries("""
Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
""")
MONTHS = entries("""
January, February, March, April, May, June, July, August, September, October, November, December
""")
CITIES = entries("""
London, Paris, Berlin, Chicago, Boston, Madrid, Dublin, Vienna, Tokyo, Sydney, Toronto, Seattle, Denver
Rome, Oxford
""")
ONES = entries("""
zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen
sixteen, seventeen, eighteen, nineteen
""")
TENS = entries("""
twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety
""")
ORDINALS = entries("""
first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth
fourteenth, fifteenth, sixteenth, seventeenth, eighteenth, nineteenth, twentieth, twenty first
twenty second, thirtieth
""")
THINGS = entries("""
report, meeting, invoice, document, presentation, budget, project, schedule, contract, draft, email, letter
photo, ticket, package, order, recipe, list, plan, summary, password, keyboard, screen, printer, camera
phone, battery, kitchen, garden, window, door, car, bicycle, house, book, song, movie, game, holiday, lesson
question, answer, file, folder, message, calendar, account, server, website, review, test, design, proposal
agenda
""")
ADJECTIVES = entries("""
new, old, first, last, small, large, quick, final, short, long, good, better, important, simple, open, quiet
warm, cold, bright, dark, red, blue, green, yellow, empty, full, easy, difficult, early, late, whole, extra
shared, missing, broken
""")
VERBS = entries("""
send, open, close, read, write, check, finish, review, print, save, share, move, delete, update, find, copy
fix, change, start, prepare, order, cancel, book, clean, paint, sell, buy, return, rename, sign, upload
download, explain, discuss
""")
FOOD = entries("""
milk, bread, butter, cheese, eggs, apples, bananas, coffee, tea, sugar, rice, pasta, tomatoes, onions
potatoes, carrots, chicken, fish, salt, pepper, olive oil, orange juice, yogurt, flour, honey, lemons
garlic, soap, paper towels
""")
PLACES = entries("""
office, station, airport, library, school, hospital, bank, park, beach, museum, restaurant, shop, market
hotel, kitchen, garden, bridge, theater, post office, gym, bakery, church, village, city, river
""")
WEATHER = entries("""
sunny, cloudy, rainy, windy, cold, warm, foggy, stormy, dry, hot, freezing, mild
""")
KIN = entries("""
mother, father, brother, sister, wife, husband, son, daughter, uncle, aunt, cousin, grandmother, grandfather
nephew, niece, boss, friend, best friend, neighbor, roommate, boyfriend, girlfriend, parents, children, team
""")
JOBS = entries("""
teacher, doctor, nurse, driver, waiter, manager, farmer, painter, singer, writer, lawyer, dentist, baker, butcher
policeman, postman, student, professor, scientist, engineer, carpenter, electrician, plumber, gardener, secretary
captain, soldier, pilot, actor, artist, musician, chef, cook, judge, mayor, priest, tailor, mechanic, librarian
photographer, journalist, accountant, cleaner, guard, guide, tourist, guest, customer, stranger, kid, boy, girl
baby, woman, man, old man, young lady, crowd, committee, patient, owner, landlord, tenant, visitor, player, coach
""")
ANIMALS = entries("""
dog, cat, horse, cow, sheep, goat, pig, rabbit, mouse, squirrel, bear, wolf, deer, monkey, lion, tiger, elephant
duck, goose, swan, owl, eagle, pigeon, parrot, sparrow, frog, turtle, snake, spider, bee, butterfly, beetle, kitten
puppy, donkey, hedgehog, whale, dolphin, shark, salmon, chicken, rooster
""")
CLOTHES = entries("""
shirt, dress, skirt, coat, jacket, sweater, hat, cap, scarf, tie, belt, pair of gloves, pair of shoes, pair of jeans
pair of socks, suit, raincoat, uniform, watch, necklace, ring, pair of glasses, pair of boots, umbrella, backpack
""")
HOUSEHOLD = entries("""
table, chair, sofa, lamp, carpet, curtain, mirror, cupboard, shelf, drawer, bed, blanket, pillow, towel, bathtub
shower, sink, toilet, stove, oven, fridge, kettle, pan, pot, plate, bowl, cup, glass, bottle, knife, fork, spoon
candle, clock, radio, television, heater, fan, vacuum cleaner, washing machine, broom, bucket, hammer, screwdriver
ladder, rope, key, lock, basket, box, bag, suitcase, wallet, purse, toy, doll, piano, guitar, violin, drum, fence
roof, ceiling, wall, floor, staircase, balcony, chimney, garage, attic, basement, lawn, flower, rose bush, oak tree
""")
BODY = entries("""
head, arm, leg, hand, foot, back, shoulder, knee, ankle, elbow, wrist, finger, thumb, toe, neck, throat, stomach, ear
eye, nose, tooth, tongue, chest, heart
""")
ILLNESS = entries("""
a cold, the flu, a headache, a fever, a cough, a sore throat, a stomach ache, an allergy, a broken arm, an infection
""")
VEHICLES = entries("""
bus, train, tram, taxi, truck, van, boat, ship, ferry, plane, motorcycle, bicycle, car, helicopter, tractor, subway
""")
SCENES = entries("""
forest, mountain, valley, island, desert, lake, pond, stream, ocean, coast, cliff, cave, meadow, field, farm, barn
castle, tower, palace, cathedral, temple, cemetery, harbor, lighthouse, square, street, corner, highway, tunnel
crossing, factory, warehouse, stadium, theater, cinema, circus, zoo, swimming pool, playground, university, college
court, prison, embassy, town hall, fire station, police station, gas station, supermarket, pharmacy, bookstore
hallway, bathroom, bedroom, living room, dining room, cellar, courtyard, classroom, lobby, elevator
""")
DISHES = entries("""
soup, salad, sandwich, pizza, steak, omelette, pancake, cake, apple pie, cookie, ice cream, chocolate, stew, sausage
burger, roast beef, fried rice, mashed potatoes, spinach, mushrooms, beans, lentils, peas, corn, cucumber, cabbage
lettuce, pumpkin, strawberries, cherries, grapes, peaches, pears, plums, raspberries, walnuts, almonds, cinnamon
ginger, basil, parsley, vinegar, mustard, ketchup, cream, jam, cereal, porridge, noodles, dumplings, lamb, turkey
bacon, ham, tuna, shrimp, lemonade, beer, red wine, mineral water, hot chocolate
""")
SUBJECTS = entries("""
history, science, music, mathematics, physics, chemistry, biology, geography, politics, football, tennis, swimming
chess, painting, photography, gardening, fishing, astronomy, economics, philosophy, poetry, dancing, cooking, art
""")
TRAITS = entries("""
tired, happy, angry, hungry, thirsty, busy, sick, afraid, nervous, lonely, proud, surprised, jealous, bored, curious
careful, polite, rude, lazy, clever, stupid, brave, shy, honest, strange, friendly, famous, rich, poor, strong, weak
tall, thin, young, healthy, blind, deaf, crazy, gentle, patient, stubborn, grateful, ashamed, confused, disappointed
excited, embarrassed, exhausted, furious, homesick, worried, calm, wise, generous, selfish, serious, funny
""")
QUALITIES = entries("""
heavy, light, soft, hard, sharp, smooth, rough, clean, dirty, wet, dry, sweet, sour, bitter, salty, fresh, rotten
expensive, cheap, free, useful, useless, dangerous, safe, beautiful, ugly, noisy, silent, narrow, wide, deep, shallow
high, low, round, flat, straight, square, thick, modern, ancient, plastic, wooden, golden, silver, purple, orange
brown, gray, pink, white, black, tiny, huge, enormous, delicious, terrible, wonderful, famous, popular, strange
ordinary, special, perfect, awful, boring, fantastic, fragile, comfortable, crowded, dusty, frozen, hidden, rusty
""")
WHEN = entries("""
yesterday, last night, last week, last summer, last winter, last year, this morning, an hour ago, three days ago
on {day}, in {month}, two weeks ago, a few minutes ago, after lunch, before breakfast, during the holidays, at noon
at midnight, a long time ago, many years ago, on {day} evening, all day, for hours, once again, just in time
""")
SOON = entries("""
tomorrow, tonight, next week, next month, next year, next {day}, on {day}, at {time}, in an hour, in ten minutes
this evening, this afternoon, this weekend, after dinner, before dark, soon, later, right now, as soon as possible
by the end of the week, every day, every morning, every {day}, once a month, before {month}, from now on, at once
""")
WHERE = entries("""
in the {scene}, near the {scene}, behind the {scene}, at the {place}, in front of the {place}, next to the {scene}
across the street, under the {household}, on top of the {household}, behind the {household}, beside the {household}
between the {scene} and the {place}, in {city}, at home, upstairs, downstairs, outside, around the corner, abroad
on the {vehicle}, inside the {scene}, by the window, along the river, at the bottom of the {household}, over there
""")
PERSON = entries("""
my {kin}, my {kin}, her {kin}, his {kin}, our {kin}, your {kin}, the {job}, the {job}, the {job}, a {trait} {job}
{name}, {name}, the {trait} {job}, one of the {job}s, he, she, somebody, everyone, nobody, we, they, I, you
""")
SOMEONE = entries("""
my {kin}, her {kin}, his {kin}, the {job}, the {job}, a {trait} {job}, {name}, him, her, them, us, me, the children
everybody, somebody else, their {kin}, the other {job}
""")
OBJECT = entries("""
the {household}, the {quality} {household}, my {clothes}, a {quality} {clothes}, her {clothes}, the {thing}
the {adj} {thing}, the {vehicle}, his {vehicle}, a {quality} {household}, the old {household}, our {thing}
this {household}, that {quality} {thing}, a piece of {dish}, some {dish}, the {dish}, the {animal}
a {quality} {animal}, your {household}, all the {household}s
""")
# what people do: base form, past, and to what
ACTIONS = entries("""
bring brought {object} | buy bought {object} | sell sold {object} | find found {object} | lose lost {object}
carry carried {object} {where} | clean cleaned {object} | wash washed {object} | repair repaired {object}
fix fixed {object} | break broke {object} | paint painted {object} | paint painted the {household} {quality}
hide hid {object} {where} | throw threw {object} away | pick picked up {object} | put put {object} {where}
leave left {object} {where} | lend lent {someone} {object} | give gave {someone} {object}
show showed {someone} {object} | send sent {someone} {object} | take took {object} {where} | steal stole {object}
borrow borrowed {object} from {someone} | return returned {object} to {someone} | forget forgot {object}
remember remembered {someone} | watch watched {object} | look looked for {object} | look looked at {object}
look looked after {someone} | listen listened to {someone} | talk talked to {someone} | talk talked about {subject}
speak spoke with {someone} | write wrote to {someone} | write wrote a {quality} {thing} | read read about {subject}
study studied {subject} | learn learned {subject} | teach taught {someone} {subject} | teach taught {subject} {where}
play played {subject} | practice practiced {subject} | invite invited {someone} | visit visited {someone}
meet met {someone} {where} | call called {someone} | help helped {someone} | thank thanked {someone} for {object}
ask asked {someone} for {object} | follow followed {someone} | wait waited for {someone} {where}
wait waited {where} | believe believed {someone} | blame blamed {someone} | marry married {someone}
miss missed {someone} | miss missed the {vehicle} | drive drove the {vehicle} to {city}
drive drove {someone} to the {place} | ride rode {object} | park parked the {vehicle} {where}
stop stopped the {vehicle} | travel traveled to {city} | travel traveled by {vehicle} | fly flew to {city}
move moved to {city} | walk walked {where} | walk walked to the {place} | run ran {where} | run ran to the {scene}
go went to the {place} | go went {where} | come came back from the {place} | come came home | stay stayed {where}
sit sat {where} | stand stood {where} | sleep slept {where} | wake woke up | wake woke {someone} | get got up early
dream dreamed about {object} | cook cooked {dish} | cook cooked {dish} for {someone} | bake baked {dish}
eat ate {dish} | eat ate {dish} with {dish} | drink drank {dish} | taste tasted the {dish} | order ordered {dish}
cut cut the {dish} | fry fried {dish} in butter | boil boiled the {dish} | serve served {dish}
spill spilled the {dish} | smell smelled {dish} | mix mixed the {dish} with {dish} | wear wore a {clothes}
wear wore a {quality} {clothes} | try tried on a {clothes} | hurt hurt my {body} | break broke his {body}
cut cut her {body} | catch caught {illness} | catch caught the {animal} | feed fed the {animal}
see saw a {animal} {where} | see saw {someone} {where} | hear heard {someone} {where} | hear heard a {quality} noise
feel felt {trait} | become became a {job} | become became {trait} | seem seemed {trait} | look looked {trait}
grow grew {dish} {where} | plant planted a {household} {where} | build built a {scene} | open opened {object}
close closed the {household} | lock locked the {household} | push pushed {object} | pull pulled {object}
lift lifted {object} | drop dropped {object} | count counted the {household}s | draw drew a {animal}
sing sang for {someone} | dance danced {where} | laugh laughed at {someone} | cry cried {where}
smile smiled at {someone} | shout shouted at {someone} | whisper whispered to {someone} | finish finished the {thing}
start started the {thing} | cancel canceled the {thing} | pay paid for {object} | save saved money for {object}
earn earned {num} dollars | spend spent {num} dollars on {object} | win won {object}
promise promised {someone} {object} | choose chose {object} | need needed {object} | want wanted {object}
keep kept {object} {where} | join joined the {job}s | ignore ignored {someone} | interview interviewed {someone}
explain explained {subject} to {someone} | describe described {object} | notice noticed {someone} {where}
cross crossed the {scene} | climb climbed the {scene} | explore explored the {scene} | enter entered the {scene}
reach reached the {scene} | avoid avoided {someone} | chase chased the {animal} | hold held {object}
touch touched {object} | collect collected {household}s | rent rented a {vehicle}
share shared {object} with {someone} | pack packed {object} | wrap wrapped {object} | fold folded {object}
hang hung {object} {where} | sweep swept the {scene} | polish polished {object} | charge charged {object}
replace replaced {object} | test tested {object} | measure measured {object} | burn burned {object}
""", "|")
FIXED = entries("""
The quick brown fox jumps over the lazy dog.
Pack my box with five dozen liquor jugs.
How vexingly quick daft zebras jump!
The five boxing wizards jump quickly.
Sphinx of black quartz, judge my vow.
Jackdaws love my big sphinx of quartz.
A quick movement of the enemy will jeopardize six gunboats.
She sells sea shells by the sea shore.
Hello world.
Hello, how are you today?
This is a test.
This is a test of the dictation system.
Testing, one, two, three.
Good morning.
Good afternoon, everyone.
Good night.
Thank you very much.
Thank you.
Please speak clearly into the microphone.
The weather is nice today.
Nice to meet you.
How much wood would a woodchuck chuck?
Peter Piper picked a peck of pickled peppers.
To be or not to be, that is the question.
Yes, please.
No, thank you.
I do not know.
And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country.
""", "\n")
TEMPLATES = entries("""
Please {verb} the {thing}. | Please {verb} the {adj} {thing} before {day}. | Could you {verb} the {thing} for me?
Can you {verb} my {thing} by {time}? | Remind me to {verb} the {thing} at {time}.
Remind me to call {name} on {day}. | Remind me to buy {food} and {food} tomorrow. | Add {food} to the shopping list.
We need {food}, {food}, and {food}. | Set a timer for {num} minutes. | Set an alarm for {time}.
Wake me up at {time} in the morning. | It is {time}. | Schedule a meeting with {name} on {day} at {time}.
The meeting with {name} is on {day}. | The meeting starts at {time}. | The meeting has been moved to {day}.
Let us meet at the {place} at {time}. | I will be at the {place} until {time}. | My appointment is on {month} {ord}.
The deadline is {day}, {month} {ord}. | Her birthday is on the {ord} of {month}. | Dear {name},
Hi {name}, thank you for your {thing}. | Hello {name}, how are you? | Best regards, {name}. | Kind regards, {name}.
Thank you for the {adj} {thing}. | I am sorry for the late reply. | I hope this message finds you well.
I have attached the {thing} to this email. | Let me know if you have any questions.
Please find the {thing} attached. | Tell {name} that I will be {num} minutes late.
Ask {name} about the {adj} {thing}. | Send a message to {name}.
Note to self, {verb} the {thing} and {verb} the {thing}. | The {thing} is {adj}.
The {adj} {thing} is in the {place}. | I think the {thing} is too {adj}. | Why is the {thing} so {adj}?
Where is my {thing}? | Where is the {adj} {thing}? | Did you {verb} the {thing} yet?
When will {name} {verb} the {thing}? | Who wants to {verb} the {thing}? | {name} lives in {city}.
{name} and {name} are going to {city} on {day}. | The train to {city} leaves at {time}.
My flight to {city} leaves on {day} at {time}. | Book a hotel in {city} for {num} nights. | How far is it to {city}?
The weather in {city} is {weather} today. | It will be {weather} and {weather} on {day}.
Tomorrow will be {weather}. | The total is {bignum} dollars. | That costs {num} dollars and {num} cents.
The answer is {bignum}. | Page {num}. | My number is {digits}. | The code is {digits}. | Chapter {num}, page {num}.
Turn to page {bignum}. | Room {num}, please. | About {num} percent of people agree. | She is {num} years old.
There are {num} {thing}s on the table. | Open the {thing}. | Close the {thing}. | Delete the last {thing}.
Go to the {adj} {thing}. | New line. | New paragraph. | Turn on the lights in the {place}. | Turn off the {thing}.
Play some music. | Stop. | Start a new {thing}. | Search for {adj} {thing}s.
I would like to order {food} with {food}. | We had {food} and {food} for dinner. | Do not forget the {food}.
Yesterday I walked from the {place} to the {place}. | The {place} is next to the {place}.
Meet me behind the {place}. | {name} said the {thing} was {adj}. | I gave the {thing} to {name}.
{name} wants to {verb} the {adj} {thing}. | If you {verb} the {thing}, I will {verb} the {thing}.
First {verb} the {thing}, then {verb} the {thing}. | We should {verb} the {thing} because it is {adj}.
I cannot {verb} the {thing} without the {thing}. | {num}, {num}, {num}, {num}. | {day}, {day}, {day}.
{person} {did}. | {person} {did} {past}. | {person} {did}, and {person} {did}.
{person} {did} because {person} {did}. | {person} {did} while {person} {did}. | {person} {did} before {person} {did}.
When {person} {did}, {person} {did}. | {person} {did} but {person} {did}. | {person} will {do} {soon}.
{person} will {do}. | {person} can {do}. | {person} must {do} {soon}. | {person} should {do}.
{person} would {do} if {person} {did}. | {person} could not {do}. | {person} did not {do}. | Did {person} {do}?
Did {person} {do} {past}? | Will {person} {do} {soon}? | Can {person} {do}? | Should we {do}?
Why did {person} {do}? | When did {person} {do}? | How did {person} {do}? | Where did {person} {do}? | Who {did}?
Who {did} {past}? | What will happen if {person} {did}? | Please {do}. | Please {do} {soon}. | Do not {do}.
Do not {do}! | Never {do}! | {do}. | {do} {soon}. | {do} and {do}. | Let us {do}. | Let us {do} {soon}.
I want to {do}. | I would like to {do} {soon}. | I have to {do} {soon}. | I am going to {do}.
We are going to {do} {soon}. | They are trying to {do}. | You need to {do} {soon}. | You do not have to {do}.
Would you like to {do}? | Could you {do} {soon}? | May I {do}? | I used to {do}. | I decided to {do}.
{person} decided to {do}. | {person} promised to {do}. | {person} forgot to {do}. | {person} tried to {do} {past}.
{person} asked {someone} to {do}. | {person} wanted to {do}. | {person} told {someone} that {person} {did}.
{person} said that {person} {did}. | I think that {person} {did}. | I hope that {person} will {do}.
I know that {person} {did}. | I am sure that {person} will {do}. | Tell {someone} to {do}. | Remember to {do}.
Remind me to {do} {soon}. | Make sure to {do}. | It is hard to {do}. | It was {adj} to {do}. | It is time to {do}.
If {person} {did}, {person} would {do}. | After {person} {did}, {person} {did}. | {past}, {person} {did}.
{soon}, {person} will {do}. | There is a {quality} {household} {where}. | There was a {animal} {where}.
There are {num} {job}s {where}. | There were many {animal}s {where}. | The {household} {where} is {quality}.
The {scene} was {quality} and {quality}. | My {clothes} is too {quality}. | Whose {clothes} is this?
The {animal} {where} was {quality}. | This {dish} tastes {quality}. | How {trait} you are!
What a {quality} {household}! | What a {quality} {scene}! | My {body} hurts. | I have {illness}.
{person} had {illness} {past}. | My {kin} is {trait}. | Her {kin} is a {job}. | His {kin} was a {trait} {job}.
The {job} was {trait} and {trait}. | Are you {trait}? | I was {trait} {past}. | We were all {trait}.
They are not {trait}. | I am so {trait}. | Which {household} do you want? | How much does the {household} cost?
How old is your {kin}? | How many {household}s do you have? | Where is the nearest {scene}?
Where does your {kin} live? | What is {where}? | Who is the {job} {where}? | What time does the {scene} open?
The {vehicle} was late {past}. | The {vehicle} from {city} arrives {soon}. | It was {weather} {past}.
It will be {weather} {where} {soon}. | The {dish} is {quality} and the {dish} is {quality}.
I like {dish}, but I do not like {dish}. | Do you like {dish}? | {person} likes nothing better than {subject}.
My favorite subject is {subject}. | {subject} is more {adj} than {subject}. | Everything {where} was {quality}.
Nothing {where} is {quality}. | {someone} and {someone} {did} together. | Dear {name}, I {did} {past}.
The {job}'s {household} is {quality}. | My {kin}'s {vehicle} is {quality}. | {name}'s {clothes} is {where}.
Yes, {person} {did}. | No, {person} did not {do}. | Unfortunately, {person} {did}. | Luckily, {person} {did}.
Maybe {person} will {do}. | Perhaps {person} {did}. | Suddenly, {person} {did}. | Both {job}s {did}.
Every {job} can {do}. | Neither {job} {did}. | Most {job}s {do}. | Some {job}s never {do}. | I always {do} {soon}.
{month} {ord}, {time}. | {name}, {name}, and {name} came to the {place}.
""", "|")


def number(n):
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + (" " + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return ONES[n // 100] + " hundred" + (" and " + number(n % 100) if n % 100 else "")
    return number(n // 1000) + " thousand" + (" " + number(n % 1000) if n % 1000 else "")


def clock(rng):
    hour = number(rng.randint(1, 12))
    minutes = rng.choice(["fifteen", "thirty", "forty five"])
    return rng.choice([f"{hour} o'clock", f"half past {hour}", f"{hour} {minutes}", "noon", "midnight",
                       f"a quarter past {hour}"])


def digits(rng):
    return " ".join(rng.choice(ONES[:10]) for _ in range(rng.randint(3, 7)))


# base form, past, and the rest of what people do
DEEDS = [action.split(" ", 2) for action in ACTIONS]
# what a template's {word} stands for: a list to choose from, or a function; either may hold more such words
FILL = {"verb": VERBS, "thing": THINGS, "adj": ADJECTIVES, "name": NAMES, "day": DAYS, "month": MONTHS,
        "ord": ORDINALS, "city": CITIES, "food": FOOD, "place": PLACES, "weather": WEATHER, "time": clock,
        "kin": KIN, "job": JOBS, "animal": ANIMALS, "clothes": CLOTHES, "household": HOUSEHOLD, "body": BODY,
        "illness": ILLNESS, "vehicle": VEHICLES, "scene": SCENES, "dish": DISHES, "subject": SUBJECTS,
        "trait": TRAITS, "quality": QUALITIES, "past": WHEN, "soon": SOON, "where": WHERE, "person": PERSON,
        "someone": SOMEONE, "object": OBJECT, "do": [f"{now} {rest}" for now, _, rest in DEEDS],
        "did": [f"{past} {rest}" for _, past, rest in DEEDS], "digits": digits,
        "num": lambda rng: number(rng.randint(0, 99)), "bignum": lambda rng: number(rng.randint(100, 9999))}
# what the bare "{word}s" and "a {word}" get wrong
GRAMMAR = (
    (r"\b([Aa])(?= [aeio]| u[^ns]| hon)", r"\1n"),
    (r"(x|ch|sh|ss)s\b", r"\1es"),
    (r"([^aeiou' ])ys\b", r"\1ies"),
    (r"([il])fe?s\b", r"\1ves"),
    (r"mans\b", "men"),
    (r"gooses\b", "geese"),
    (r"mouses\b", "mice"),
    (r"(sheep|deer|salmon)s\b", r"\1"),
)


def sentence(rng):
    def fill(match):
        source = FILL[match[1]]
        return source(rng) if callable(source) else rng.choice(source)

    s = rng.choice(TEMPLATES)
    while "{" in s:
        s = re.sub(r"\{(\w+)\}", fill, s)
    for wrong, right in GRAMMAR:
        s = re.sub(wrong, right, s)
    return s[0].upper() + s[1:]
