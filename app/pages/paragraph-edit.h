/* paragraph-edit.h - one paragraph of a text buffer is being edited, and nothing else of it can be
 *
 * While it exists, whatever is inserted or deleted outside the paragraph is ignored, and a paragraph that is inserted becomes a line
 * break: the buffer keeps its number of paragraphs. The buffer's undo works, and reaches back to the beginning of the edit.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _TilescribeParagraphEdit TilescribeParagraphEdit;

TilescribeParagraphEdit *tilescribe_paragraph_edit_new (GtkTextBuffer *buffer, guint line);
void tilescribe_paragraph_edit_free (TilescribeParagraphEdit *edit);

guint tilescribe_paragraph_edit_get_line (TilescribeParagraphEdit *edit);
char *tilescribe_paragraph_edit_get_text (TilescribeParagraphEdit *edit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TilescribeParagraphEdit, tilescribe_paragraph_edit_free)

G_END_DECLS
