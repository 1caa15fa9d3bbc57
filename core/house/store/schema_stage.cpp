// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

const std::string_view kStageSchema = R"sql(
ALTER TABLE sessions ADD COLUMN pin_key BIGINT NOT NULL DEFAULT 1;
ALTER TABLE sessions ADD COLUMN door_locked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN door_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN wait_order BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN slot_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN arrived_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN came_by TEXT NOT NULL DEFAULT '';
ALTER TABLE seats ADD COLUMN hand_pinned TEXT NOT NULL DEFAULT '';
CREATE TABLE room_settings (room TEXT PRIMARY KEY REFERENCES rooms(id), preset TEXT NOT NULL, hands TEXT NOT NULL,
  slot_s INTEGER NOT NULL, turn_s INTEGER NOT NULL, slot_sign INTEGER NOT NULL, waiting INTEGER NOT NULL, stage_only INTEGER NOT NULL,
  joins INTEGER NOT NULL, cap INTEGER NOT NULL);
CREATE TABLE link_bans (room TEXT NOT NULL REFERENCES rooms(id), invitation TEXT NOT NULL, until_ms BIGINT, at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, invitation));
)sql";

}  // namespace parlour::house
