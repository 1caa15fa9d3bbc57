// SPDX-License-Identifier: Apache-2.0
// Small pure functions from room values to what people read. Any thread.
#pragma once

#include <QString>

#include "core/base/error.h"
#include "core/room/room_state.h"

namespace parlour::ui {

QString text(const std::string& utf8);
/// One or two letters for an avatar; never markup, never more than two graphemes.
QString initials(const QString& name);
/// Stable over runs and machines; the theme maps it to a colour.
int colorIndex(const base::Identity& identity);
/// Four characters of the identity, to tell equal names apart.
QString handle(const base::Identity& identity);
QString roleWords(const room::Participant& person);
QString roleWords(api::Role role);
/// "1st", "2nd": the place in the line, translated.
QString ordinal(int place);
/// "just now", "3 min", "2 h 5 min".
QString since(qint64 seconds);
QString leaveWords(room::LeaveReason reason);
/// Everything that may be copied into a report; secrets are masked.
QString copyable(const base::Error& error);

}  // namespace parlour::ui
