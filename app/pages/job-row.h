/* job-row.h - a recording in the queue: how far it is, and what can be done with it
 *
 * Signal: "remove": take it out of the list.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_JOB_ROW (tilescribe_job_row_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeJobRow, tilescribe_job_row, TILESCRIBE, JOB_ROW, GtkListBoxRow)

GtkWidget *tilescribe_job_row_new (ScribeJob *job);
ScribeJob *tilescribe_job_row_get_job (TilescribeJobRow *row);

G_END_DECLS
