// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_room
// First line: a linking code, which writes itself back. The others: messages to both computers; neither lets a seed go or
// takes one by accident.
#include <cstdlib>

#include "core/room/device_link.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto first = text.substr(0, text.find('\n'));
    if (const auto code = room::LinkCode::parse(first)) {
        const auto again = room::LinkCode::parse(code->text());
        if (!again || again->text() != code->text()) std::abort();
    }
    room::LinkGiver giver("slot-slot-slot-slot", crypto::Secret::copyOf(std::string(32, 's')), std::nullopt);
    room::LinkTaker taker("slot-slot-slot-slot", crypto::Secret::copyOf(std::string(32, 'k')));
    room::LinkTaker comparing("slot-slot-slot-slot", std::nullopt);
    int lines = 0;
    while (++lines < 8) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        (void)giver.handle(line);
        (void)taker.handle(line);
        (void)comparing.handle(line);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    if (giver.state() == room::LinkState::done || taker.state() == room::LinkState::done) std::abort();
    return 0;
}
