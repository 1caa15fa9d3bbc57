// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

// guest_shows: the talk of a guest in the calendar, and when its audience was let in. reminders: who asked to be told, of a talk
// (or of a guest whose talk has no date yet); *_for_ms: the beginning they were told of.
const std::string_view kGuestShowsSchema = R"sql(
CREATE TABLE guest_shows (guest TEXT PRIMARY KEY REFERENCES guests(id), event TEXT NOT NULL, started_ms BIGINT, ended_ms BIGINT);
CREATE INDEX guest_shows_by_event ON guest_shows(event);
CREATE TABLE reminders (object TEXT NOT NULL, identity TEXT NOT NULL, at_ms BIGINT NOT NULL, reminded_ms BIGINT NOT NULL,
  started_ms BIGINT NOT NULL, PRIMARY KEY (object, identity));
CREATE INDEX reminders_by_identity ON reminders(identity);
ALTER TABLE rsvps ADD COLUMN started_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE room_settings ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
)sql";

}  // namespace parlour::house
