// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_room
// What a client reads besides signalling and API: a room's metadata, counts of reactions, pages of the chat, the list of known
// houses, an exported audit log, the list of known networks. The first byte says which.
#include <algorithm>
#include <cstdlib>

#include "core/api/audit_types.h"
#include "core/api/chat_types.h"
#include "core/api/house_json.h"
#include "core/room/audit_check.h"
#include "core/room/chat_reducer.h"
#include "core/room/known_houses.h"
#include "core/room/known_networks.h"
#include "core/room/reaction_window.h"
#include "core/room/room_reducer.h"

using namespace parlour;

namespace {

void metadata(std::string_view text) {
    signal::RoomInfo info;
    info.name = base::RoomId("room");
    info.metadata = text;
    room::RoomState state;
    room::applyRoom(state, info);
    if (state.overflow < 0 || state.overflow > 1'000'000 || state.elsewhere < 0 || (state.overflow == 0 && !state.overflowOf.empty())) std::abort();
    const auto title = state.title;
    room::applyRoom(state, info);   // told twice
    if (state.title != title) std::abort();
}

void reactions(std::string_view text) {
    const auto totals = room::ReactionWindow::read(text);
    if (!totals) return;
    room::ReactionWindow window;
    window.begin(base::TimePoint(std::chrono::seconds(1)));
    window.told(*totals, base::TimePoint(std::chrono::seconds(2)));
    window.told(*totals, base::TimePoint(std::chrono::seconds(20)));
    window.expire(base::TimePoint(std::chrono::seconds(40)));
}

void houses(std::string_view text) {
    const auto known = room::KnownHouses::parse(std::string(text));
    if (!known) return;
    for (const auto& one : *known)
        if (one.url.empty()) std::abort();
}

void history(std::string_view text) {
    const auto page = api::fromJson<api::ChatPage>(text);
    if (!page) return;
    room::RoomState state;
    state.self = base::Identity("abc");
    room::mergeHistory(state, page->lines);
    const auto once = state.chat.size();
    room::mergeHistory(state, page->lines);
    if (state.chat.size() != once || once > std::max(room::kMaxChatKept, page->lines.size())) std::abort();
    for (const auto& line : page->lines) room::eraseChat(state, line.id);
}

/// Nobody but the house that is talked to signs the end of its log.
void audit(std::string_view text) {
    std::vector<api::AuditEntry> entries;
    api::AuditHead head;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (auto entry = api::fromJson<api::AuditEntry>(line)) entries.push_back(std::move(*entry));
        else if (auto end = api::fromJson<api::AuditHead>(line)) head = std::move(*end);
    }
    if (room::checkAudit(entries, head, base::HouseId("a house of another key"))) std::abort();
}

void networks(std::string_view text) {
    const auto book = room::KnownNetworks::parse(text);
    if (!book) return;
    if (book->salt.size() != 16 || book->networks.size() > room::KnownNetworks::kMost) std::abort();
    const auto again = room::KnownNetworks::parse(room::KnownNetworks::write(*book));
    if (!again || again->salt != book->salt || again->networks != book->networks) std::abort();
}

constexpr void (*kReaders[])(std::string_view) = {metadata, reactions, houses, history, audit, networks};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    kReaders[data[0] % std::size(kReaders)](std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
    return 0;
}
