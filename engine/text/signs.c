/* signs.c - how signs are spoken, language by language
 *
 * Tables and nothing else. The words are those that people are used to from other programs of dictation. Many of them are
 * ordinary words as well: after which words they are ("the comma", "a long period"), and in which phrases ("punto de vista"), stands
 * in the last table. Only words that hardly end a clause are there, for after a clause a sign is meant.
 * French has no-break spaces within its signs, where its typography wants them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "signs.h"

#include <string.h>

#define MARK  SCRIBE_SIGN_MARK
#define STOP  SCRIBE_SIGN_STOP
#define OPEN  SCRIBE_SIGN_OPEN
#define CLOSE SCRIBE_SIGN_CLOSE
#define BREAK SCRIBE_SIGN_BREAK
#define JOINT SCRIBE_SIGN_JOINT
#define DASH  SCRIBE_SIGN_DASH

#define LINE      "\n"
#define PARAGRAPH "\n\n"

static const ScribeSign english[] = {
  { "comma", ",", MARK },
  { "full stop|period", ".", STOP },
  { "question mark", "?", STOP },
  { "exclamation mark|exclamation point", "!", STOP },
  { "colon", ":", MARK },
  { "semicolon", ";", MARK },
  { "ellipsis|dot dot dot", "…", MARK },
  { "new line|newline", LINE, BREAK },
  { "new paragraph", PARAGRAPH, BREAK },
  { "open quote|open quotes|begin quote", "“", OPEN },
  { "close quote|close quotes|end quote|unquote", "”", CLOSE },
  { "open parenthesis|open bracket|left parenthesis", "(", OPEN },
  { "close parenthesis|close bracket|right parenthesis", ")", CLOSE },
  { "dash", "–", DASH },
  { "hyphen", "-", JOINT },
  { "slash|forward slash", "/", JOINT },
  { NULL },
};

static const ScribeSign german[] = {
  { "Komma|Beistrich", ",", MARK },
  { "Punkt", ".", STOP },
  { "Fragezeichen", "?", STOP },
  { "Ausrufezeichen|Ausrufungszeichen|Rufzeichen", "!", STOP },
  { "Doppelpunkt", ":", MARK },
  { "Semikolon|Strichpunkt", ";", MARK },
  { "Auslassungspunkte|drei Punkte", "…", MARK },
  { "neue Zeile|Zeilenumbruch", LINE, BREAK },
  { "neuer Absatz", PARAGRAPH, BREAK },
  { "Anführungszeichen auf|Anführungszeichen unten|Anführungsstriche unten", "„", OPEN },
  { "Anführungszeichen zu|Anführungszeichen oben|Anführungsstriche oben", "“", CLOSE },
  { "Klammer auf", "(", OPEN },
  { "Klammer zu", ")", CLOSE },
  { "Gedankenstrich", "–", DASH },
  { "Bindestrich", "-", JOINT },
  { "Schrägstrich", "/", JOINT },
  { NULL },
};

static const ScribeSign french[] = {
  { "virgule", ",", MARK },
  { "point", ".", STOP },
  { "point d'interrogation", "\u00a0?", STOP },
  { "point d'exclamation", "\u00a0!", STOP },
  { "deux points", "\u00a0:", MARK },
  { "point virgule", "\u00a0;", MARK },
  { "points de suspension|trois petits points", "…", MARK },
  { "à la ligne|nouvelle ligne|retour à la ligne", LINE, BREAK },
  { "nouveau paragraphe", PARAGRAPH, BREAK },
  { "ouvrez les guillemets|ouvrir les guillemets|guillemet ouvrant", "«\u00a0", OPEN },
  { "fermez les guillemets|fermer les guillemets|guillemet fermant", "\u00a0»", CLOSE },
  { "ouvrez la parenthèse|ouvrir la parenthèse|parenthèse ouvrante", "(", OPEN },
  { "fermez la parenthèse|fermer la parenthèse|parenthèse fermante", ")", CLOSE },
  { "tiret", "–", DASH },
  { "trait d'union", "-", JOINT },
  { "barre oblique", "/", JOINT },
  { NULL },
};

static const ScribeSign spanish[] = {
  { "coma", ",", MARK },
  { "punto|punto y seguido", ".", STOP },
  { "punto y aparte", "." LINE, STOP },
  { "signo de interrogación|cierra interrogación|cerrar interrogación", "?", STOP },
  { "abre interrogación|abrir interrogación", "¿", OPEN },
  { "signo de exclamación|signo de admiración|cierra exclamación|cerrar exclamación", "!", STOP },
  { "abre exclamación|abrir exclamación", "¡", OPEN },
  { "dos puntos", ":", MARK },
  { "punto y coma", ";", MARK },
  { "puntos suspensivos", "…", MARK },
  { "nueva línea", LINE, BREAK },
  { "nuevo párrafo", PARAGRAPH, BREAK },
  { "abre comillas|abrir comillas", "“", OPEN },
  { "cierra comillas|cerrar comillas", "”", CLOSE },
  { "abre paréntesis|abrir paréntesis", "(", OPEN },
  { "cierra paréntesis|cerrar paréntesis", ")", CLOSE },
  { "raya", "–", DASH },
  { "guion|guión", "-", JOINT },
  { "barra", "/", JOINT },
  { NULL },
};

static const ScribeSign italian[] = {
  { "virgola", ",", MARK },
  { "punto", ".", STOP },
  { "punto interrogativo|punto di domanda", "?", STOP },
  { "punto esclamativo", "!", STOP },
  { "due punti", ":", MARK },
  { "punto e virgola", ";", MARK },
  { "puntini di sospensione|tre puntini", "…", MARK },
  { "a capo|nuova riga", LINE, BREAK },
  { "nuovo paragrafo", PARAGRAPH, BREAK },
  { "apri virgolette|aperte virgolette", "“", OPEN },
  { "chiudi virgolette|chiuse virgolette", "”", CLOSE },
  { "apri parentesi|aperta parentesi", "(", OPEN },
  { "chiudi parentesi|chiusa parentesi", ")", CLOSE },
  { "lineetta", "–", DASH },
  { "trattino", "-", JOINT },
  { "barra", "/", JOINT },
  { NULL },
};

static const ScribeSign dutch[] = {
  { "komma", ",", MARK },
  { "punt", ".", STOP },
  { "vraagteken", "?", STOP },
  { "uitroepteken", "!", STOP },
  { "dubbele punt", ":", MARK },
  { "puntkomma", ";", MARK },
  { "beletselteken|drie puntjes", "…", MARK },
  { "nieuwe regel", LINE, BREAK },
  { "nieuwe alinea", PARAGRAPH, BREAK },
  { "aanhalingsteken openen|aanhalingstekens openen", "“", OPEN },
  { "aanhalingsteken sluiten|aanhalingstekens sluiten", "”", CLOSE },
  { "haakje openen|haakjes openen", "(", OPEN },
  { "haakje sluiten|haakjes sluiten", ")", CLOSE },
  { "gedachtestreepje", "–", DASH },
  { "koppelteken|streepje", "-", JOINT },
  { "schuine streep", "/", JOINT },
  { NULL },
};

static const ScribeSign portuguese[] = {
  { "vírgula", ",", MARK },
  { "ponto|ponto final", ".", STOP },
  { "ponto de interrogação", "?", STOP },
  { "ponto de exclamação", "!", STOP },
  { "dois pontos", ":", MARK },
  { "ponto e vírgula", ";", MARK },
  { "reticências", "…", MARK },
  { "nova linha", LINE, BREAK },
  { "novo parágrafo", PARAGRAPH, BREAK },
  { "abre aspas|abrir aspas", "“", OPEN },
  { "fecha aspas|fechar aspas", "”", CLOSE },
  { "abre parênteses|abrir parênteses|abre parêntese", "(", OPEN },
  { "fecha parênteses|fechar parênteses|fecha parêntese", ")", CLOSE },
  { "travessão", "–", DASH },
  { "hífen", "-", JOINT },
  { "barra", "/", JOINT },
  { NULL },
};

static const ScribeSignLanguage languages[] = {
  { "en", english, "a|an|the|this|my|your|our|their|every|whole|entire|long|longer|short|brief|certain|trial|grace|notice",
    "period of|dash of|colon cancer|slash and burn|comma separated" },
  { "de", german,
    "der|die|den|dem|des|ein|eine|einen|einem|kein|keine|keinen|keinem|dieser|diesen|diesem|jeder|jeden|jedem|mein|meinen|dein|"
    "deinen"
    "|unser|unseren|zum|am|im|vom|beim|pro|wichtiger|wichtigen",
    "Punkt für Punkt" },
  { "fr", french, "le|la|les|l|un|une|des|du|de|ce|cet|cette|ces|mon|ton|son|notre|votre|au|à|quel|quelle|chaque|aucun|ne|n",
    "point de|point d|point commun|point fort|point faible|point mort" },
  { "es", spanish, "el|la|los|las|un|una|este|ese|aquel|mi|tu|su|cada|ningún|algún|al|del|de|en|a|que|se|primer|buen",
    "punto de|punto por punto|punto fuerte|punto débil" },
  { "it", italian, "il|lo|la|i|gli|le|l|un|uno|una|quel|ogni|nessun|al|del|dal|nel|sul|di|in|da|buon",
    "punto di|punto per punto|punto debole|punto forte" },
  { "nl", dutch, "de|een|mijn|jouw|onze|elke|geen|welk|welke", "het punt is|het punt van|op het punt|punt voor punt" },
  { "pt", portuguese, "o|a|os|as|um|uma|este|esse|aquele|cada|nenhum|algum|ao|à|do|da|no|na|de|em",
    "ponto de|ponto por ponto|ponto fraco|ponto forte" },
  { NULL },
};

const ScribeSignLanguage *
scribe_signs_languages (void)
{
  return languages;
}

const ScribeSignLanguage *
scribe_signs_find (const char *code)
{
  for (const ScribeSignLanguage *language = languages; code && language->code; language++)
    if (strcmp (language->code, code) == 0)
      return language;
  return NULL;
}
