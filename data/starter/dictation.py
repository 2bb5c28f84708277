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
Please {verb} the {thing}. | Please {verb} the {adj} {thing} before {day}.
Could you {verb} the {thing} for me? | Can you {verb} my {thing} by {time}?
Remind me to {verb} the {thing} at {time}. | Remind me to call {name} on {day}.
Remind me to buy {food} and {food} tomorrow. | Add {food} to the shopping list.
We need {food}, {food}, and {food}. | Set a timer for {num} minutes. | Set an alarm for {time}.
Wake me up at {time} in the morning. | It is {time}. | Schedule a meeting with {name} on {day} at {time}.
The meeting with {name} is on {day}. | The meeting starts at {time}. | The meeting has been moved to {day}.
Let us meet at the {place} at {time}. | I will be at the {place} until {time}.
My appointment is on {month} {ord}. | The deadline is {day}, {month} {ord}.
Her birthday is on the {ord} of {month}. | Dear {name}, | Hi {name}, thank you for your {thing}.
Hello {name}, how are you? | Best regards, {name}. | Kind regards, {name}.
Thank you for the {adj} {thing}. | I am sorry for the late reply. | I hope this message finds you well.
I have attached the {thing} to this email. | Let me know if you have any questions.
Please find the {thing} attached. | Tell {name} that I will be {num} minutes late.
Ask {name} about the {adj} {thing}. | Send a message to {name}.
Note to self, {verb} the {thing} and {verb} the {thing}. | The {thing} is {adj}.
The {adj} {thing} is in the {place}. | I think the {thing} is too {adj}. | Why is the {thing} so {adj}?
Where is my {thing}? | Where is the {adj} {thing}? | Did you {verb} the {thing} yet?
When will {name} {verb} the {thing}? | Who wants to {verb} the {thing}? | {name} lives in {city}.
{name} and {name} are going to {city} on {day}. | The train to {city} leaves at {time}.
My flight to {city} leaves on {day} at {time}. | Book a hotel in {city} for {num} nights.
How far is it to {city}? | The weather in {city} is {weather} today.
It will be {weather} and {weather} on {day}. | Tomorrow will be {weather}. | The total is {bignum} dollars.
That costs {num} dollars and {num} cents. | The answer is {bignum}. | Page {num}. | My number is {digits}.
The code is {digits}. | Chapter {num}, page {num}. | Turn to page {bignum}. | Room {num}, please.
About {num} percent of people agree. | She is {num} years old. | There are {num} {thing}s on the table.
Open the {thing}. | Close the {thing}. | Delete the last {thing}. | Go to the {adj} {thing}. | New line.
New paragraph. | Turn on the lights in the {place}. | Turn off the {thing}. | Play some music. | Stop.
Start a new {thing}. | Search for {adj} {thing}s. | I would like to order {food} with {food}.
We had {food} and {food} for dinner. | Do not forget the {food}.
Yesterday I walked from the {place} to the {place}. | The {place} is next to the {place}.
Meet me behind the {place}. | {name} said the {thing} was {adj}. | I gave the {thing} to {name}.
{name} wants to {verb} the {adj} {thing}. | If you {verb} the {thing}, I will {verb} the {thing}.
First {verb} the {thing}, then {verb} the {thing}. | We should {verb} the {thing} because it is {adj}.
I cannot {verb} the {thing} without the {thing}. | {num}, {num}, {num}, {num}. | {day}, {day}, {day}.
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


# what a template's {word} stands for: a list to choose from, or a function
FILL = {"verb": VERBS, "thing": THINGS, "adj": ADJECTIVES, "name": NAMES, "day": DAYS, "month": MONTHS,
        "ord": ORDINALS, "city": CITIES, "food": FOOD, "place": PLACES, "weather": WEATHER, "time": clock,
        "digits": digits, "num": lambda rng: number(rng.randint(0, 99)),
        "bignum": lambda rng: number(rng.randint(100, 9999))}


def sentence(rng):
    def fill(match):
        source = FILL[match[1]]
        return source(rng) if callable(source) else rng.choice(source)

    s = re.sub(r"\{(\w+)\}", fill, rng.choice(TEMPLATES))
    return s[0].upper() + s[1:]
