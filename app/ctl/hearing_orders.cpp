// SPDX-License-Identifier: Apache-2.0
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"   // GCC 12 reads a moved Order as all of its alternatives at once
#endif

#include "app/ctl/hearing_orders.h"

#include "app/ctl/words.h"

namespace parlour::ctl {

std::optional<base::Result<Order>> hearingOrder(std::string_view word, std::string_view rest, const room::RoomState& state) {
    const auto wrong = [](const char* message, const char* advice) {
        return base::Result<Order>(base::fail(base::ErrorKind::invalidInput, "bad_command", message, advice));
    };
    if (word == "deafen") {
        if (rest != "on" && rest != "off") return wrong("deafen needs on or off.", "For example: deafen on");
        return base::Result<Order>(Order(DeafenOrder{rest == "on"}));
    }
    if (word == "music") {
        if (rest != "on" && rest != "off") return wrong("music needs on or off.", "For example: music on");
        return base::Result<Order>(Order(MusicOrder{rest == "on"}));
    }
    if (word == "seats") {
        constexpr std::string_view kNames[] = {"off", "headphones", "loudspeakers"};
        for (int i = 0; i < 3; ++i)
            if (rest == kNames[i]) return base::Result<Order>(Order(SeatsOrder{i}));
        return wrong("seats needs off, headphones or loudspeakers.", "For example: seats headphones");
    }
    if (word != "volume") return std::nullopt;
    const auto space = rest.find(' ');
    const auto percent = wholeNumber(rest.substr(0, space), 0, 200);
    if (!percent || space == std::string_view::npos)
        return wrong("volume needs a number from 0 to 200 and a name.", "For example: volume 150 Ada");
    auto who = resolveWho(rest.substr(space + 1), state);
    if (!who) return base::Result<Order>(base::Unexpected<base::Error>(std::move(who).error()));
    if (*who == state.self) return wrong("You do not hear yourself.", "Say whose volume you mean.");
    return base::Result<Order>(Order(VolumeOrder{*who, *percent}));
}

}  // namespace parlour::ctl
