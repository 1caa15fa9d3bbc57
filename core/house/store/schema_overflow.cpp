// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

const std::string_view kOverflowSchema = R"sql(
ALTER TABLE room_settings ADD COLUMN overflow INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN overflow_rooms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN overflow INTEGER NOT NULL DEFAULT 0;
)sql";

}  // namespace parlour::house
