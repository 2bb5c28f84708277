/* preferences-speech.c - preferences: what is spoken, and how it is written
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/preferences-speech.h"

#include "models/models.h"
#include "pages/entry-list.h"
#include "pages/language-name.h"
#include "settings.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TilescribePreferencesSpeech
{
  AdwPreferencesPage parent;

  AdwComboRow *language;
  GtkWidget *translate;
  AdwExpanderRow *signs;
  TilescribeEntryList *vocabulary, *replacements;
  GtkWidget *prompt;
  AdwPreferencesGroup *prompted[2];

  GSettings *settings;
  GPtrArray *sign_rows; /* of GtkWidget * */
  char *model;          /* in memory */
  char *usual[2];       /* descriptions of the groups that become the prompt */
};

G_DEFINE_FINAL_TYPE (TilescribePreferencesSpeech, tilescribe_preferences_speech, ADW_TYPE_PREFERENCES_PAGE)

/* --- Languages ----------------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *code;
  char *name; /* "Haitian Creole" */
} Language;

static void
language_clear (Language *language)
{
  g_free (language->name);
}

static int
compare_names (const Language *a, const Language *b)
{
  return g_utf8_collate (a->name, b->name);
}

/* By name, as the engine knows them. */
static GArray *
list_languages (void)
{
  GArray *languages = g_array_new (FALSE, FALSE, sizeof (Language));

  g_array_set_clear_func (languages, (GDestroyNotify) language_clear);
  for (guint i = 0; scribe_language_code (i); i++)
    {
      Language language = { scribe_language_code (i), tilescribe_language_name (scribe_language_code (i)) };

      g_array_append_val (languages, language);
    }
  g_array_sort (languages, (GCompareFunc) compare_names);
  return languages;
}

static void
fill_languages (TilescribePreferencesSpeech *self)
{
  g_autoptr (GArray) languages = list_languages ();
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GPtrArray) codes = g_ptr_array_new ();

  g_ptr_array_add (codes, (gpointer) "");
  gtk_string_list_append (names, _ ("Hear which it is"));
  for (guint i = 0; i < languages->len; i++)
    {
      const Language *language = &g_array_index (languages, Language, i);

      g_ptr_array_add (codes, (gpointer) language->code);
      gtk_string_list_append (names, language->name);
    }
  g_ptr_array_add (codes, NULL);
  adw_combo_row_set_model (self->language, G_LIST_MODEL (names));
  tilescribe_settings_bind_choice (self->settings, "language", self->language, (const char *const *) codes->pdata);
}

/* --- Spoken punctuation -------------------------------------------------------------------------------------------------- */

/* "full stop, period" */
static char *
words_of (const ScribeSign *sign)
{
  g_auto (GStrv) words = g_strsplit (sign->words, "|", -1);

  return g_strjoinv (", ", words);
}

static const char *
shown (const ScribeSign *sign)
{
  if (strcmp (sign->written, "\n") == 0)
    return "↵";
  if (strcmp (sign->written, "\n\n") == 0)
    return "¶";
  if (g_str_has_suffix (sign->written, "\n"))
    return ". ↵";
  return sign->written;
}

static void
add_sign (TilescribePreferencesSpeech *self, const ScribeSign *sign)
{
  GtkWidget *row = adw_action_row_new (), *written = gtk_label_new (shown (sign));
  g_autofree char *words = words_of (sign);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), words);
  gtk_widget_add_css_class (written, "title-3");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), written);
  adw_expander_row_add_row (self->signs, row);
  g_ptr_array_add (self->sign_rows, row);
}

static char *
describe_signs (const char *code)
{
  g_autofree char *name = NULL;

  if (code == NULL)
    return g_strdup (
        _ ("The words of this language are not known here; those of English, German, French, Spanish, Italian, Dutch and "
           "Portuguese are."));
  name = tilescribe_language_name (code);
  return g_strdup_printf (_ ("Words such as these become signs, in the language that is heard. Shown: %s"), name);
}

static void
show_signs (TilescribePreferencesSpeech *self)
{
  const char *code = tilescribe_settings_get_sign_language (self->settings);
  const ScribeSignLanguage *language = scribe_signs_find (code);
  g_autofree char *description = describe_signs (code);

  for (guint i = 0; i < self->sign_rows->len; i++)
    adw_expander_row_remove (self->signs, self->sign_rows->pdata[i]);
  g_ptr_array_set_size (self->sign_rows, 0);
  for (const ScribeSign *sign = language ? language->signs : NULL; sign && sign->words; sign++)
    add_sign (self, sign);
  adw_expander_row_set_subtitle (self->signs, description);
}

/* --- Vocabulary and style ------------------------------------------------------------------------------------------------ */

static void
show_use (TilescribePreferencesSpeech *self)
{
  TilescribeModel *model = self->model ? tilescribe_models_find (tilescribe_models_get (self->settings), self->model) : NULL;
  gboolean is_used = model == NULL || tilescribe_model_is_conditioned (model);

  for (guint i = 0; i < G_N_ELEMENTS (self->prompted); i++)
    {
      g_autofree char *told = g_strdup_printf (
          "%s\n%s", self->usual[i], _ ("The model that is in use now does worse with such hints, and is not told them."));

      adw_preferences_group_set_description (self->prompted[i], is_used ? self->usual[i] : told);
    }
}

void
tilescribe_preferences_speech_tell_model (TilescribePreferencesSpeech *self, const char *model)
{
  g_free (self->model);
  self->model = g_strdup (model);
  show_use (self);
}

/* --- The type ------------------------------------------------------------------------------------------------------------ */

void
tilescribe_preferences_speech_bind (TilescribePreferencesSpeech *self, GSettings *settings)
{
  self->settings = g_object_ref (settings);
  fill_languages (self);
  g_settings_bind (settings, "translate", self->translate, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "spoken-punctuation", self->signs, "enable-expansion", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "prompt", self->prompt, "text", G_SETTINGS_BIND_DEFAULT);
  tilescribe_entry_list_bind (self->vocabulary, settings, "vocabulary", _ ("Word or name"), NULL);
  tilescribe_entry_list_bind (self->replacements, settings, "replacements", _ ("What is heard"), _ ("What is written"));
  g_signal_connect_object (settings, "changed::language", G_CALLBACK (show_signs), self, G_CONNECT_SWAPPED);
  show_signs (self);
  g_signal_connect_object (tilescribe_models_get_list (tilescribe_models_get (settings)), "items-changed", G_CALLBACK (show_use),
                           self, G_CONNECT_SWAPPED);
}

static void
tilescribe_preferences_speech_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TILESCRIBE_TYPE_PREFERENCES_SPEECH);
  g_clear_object (&TILESCRIBE_PREFERENCES_SPEECH (object)->settings);
  G_OBJECT_CLASS (tilescribe_preferences_speech_parent_class)->dispose (object);
}

static void
tilescribe_preferences_speech_finalize (GObject *object)
{
  TilescribePreferencesSpeech *self = TILESCRIBE_PREFERENCES_SPEECH (object);

  g_ptr_array_unref (self->sign_rows);
  g_free (self->model);
  for (guint i = 0; i < G_N_ELEMENTS (self->usual); i++)
    g_free (self->usual[i]);
  G_OBJECT_CLASS (tilescribe_preferences_speech_parent_class)->finalize (object);
}

static void
tilescribe_preferences_speech_class_init (TilescribePreferencesSpeechClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TILESCRIBE_TYPE_ENTRY_LIST);
  G_OBJECT_CLASS (klass)->dispose = tilescribe_preferences_speech_dispose;
  G_OBJECT_CLASS (klass)->finalize = tilescribe_preferences_speech_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/preferences-speech.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesSpeech, language);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesSpeech, translate);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesSpeech, signs);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesSpeech, vocabulary);
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesSpeech, prompt);
  gtk_widget_class_bind_template_child_full (widget_class, "vocabulary_group", FALSE,
                                             G_STRUCT_OFFSET (TilescribePreferencesSpeech, prompted[0]));
  gtk_widget_class_bind_template_child_full (widget_class, "style_group", FALSE,
                                             G_STRUCT_OFFSET (TilescribePreferencesSpeech, prompted[1]));
  gtk_widget_class_bind_template_child (widget_class, TilescribePreferencesSpeech, replacements);
}

static void
tilescribe_preferences_speech_init (TilescribePreferencesSpeech *self)
{
  self->sign_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (self->usual); i++)
    self->usual[i] = g_strdup (adw_preferences_group_get_description (self->prompted[i]));
}
