// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

const std::string_view kQuestionsSchema = R"sql(
ALTER TABLE sessions ADD COLUMN chair TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN chair_next TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN chair_given INTEGER NOT NULL DEFAULT 0;
CREATE TABLE questions (room TEXT NOT NULL REFERENCES rooms(id), sid TEXT NOT NULL, n BIGINT NOT NULL, asker TEXT NOT NULL,
  name TEXT NOT NULL, at_ms BIGINT NOT NULL, words TEXT NOT NULL, origin TEXT NOT NULL, state TEXT NOT NULL, place BIGINT NOT NULL,
  reason TEXT NOT NULL, changed_ms BIGINT NOT NULL, PRIMARY KEY (room, sid, n));
CREATE INDEX questions_by_asker ON questions(asker);
CREATE TABLE question_desks (room TEXT PRIMARY KEY REFERENCES rooms(id), sid TEXT NOT NULL, version BIGINT NOT NULL,
  revision BIGINT NOT NULL);
)sql";

}  // namespace parlour::house
