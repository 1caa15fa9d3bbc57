// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

// ends_ms: the end of the last one; NULL = it comes again for ever. Times of the clock are ISO texts.
const std::string_view kScheduleSchema = R"sql(
CREATE TABLE events (id TEXT PRIMARY KEY, uid TEXT NOT NULL, title TEXT NOT NULL, details TEXT NOT NULL, host TEXT NOT NULL,
  cohosts TEXT NOT NULL, zone TEXT NOT NULL, start_ms BIGINT NOT NULL, wall TEXT NOT NULL, minutes INTEGER NOT NULL, repeats TEXT NOT NULL, ends_ms BIGINT,
  colour TEXT NOT NULL, room TEXT NOT NULL, sequence INTEGER NOT NULL, cancelled INTEGER NOT NULL, late_minutes INTEGER NOT NULL,
  late_for_ms BIGINT NOT NULL, dates TEXT NOT NULL, created_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL);
CREATE INDEX events_by_start ON events(start_ms, id);
CREATE INDEX events_by_end ON events(ends_ms);
CREATE INDEX events_by_room ON events(room);
CREATE TABLE rsvps (event TEXT NOT NULL, identity TEXT NOT NULL, answer TEXT NOT NULL, at_ms BIGINT NOT NULL, reminded_ms BIGINT NOT NULL,
  PRIMARY KEY (event, identity));
CREATE INDEX rsvps_by_identity ON rsvps(identity);
CREATE TABLE date_votes (event TEXT NOT NULL, identity TEXT NOT NULL, date_ms BIGINT NOT NULL, PRIMARY KEY (event, identity, date_ms));
CREATE INDEX date_votes_by_identity ON date_votes(identity);
CREATE TABLE feeds (identity TEXT PRIMARY KEY, token_hash TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX feeds_by_token ON feeds(token_hash);
)sql";

}  // namespace parlour::house
