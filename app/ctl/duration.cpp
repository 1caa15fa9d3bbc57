// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/duration.h"

namespace parlour::ctl {

std::optional<std::chrono::seconds> parseDuration(std::string_view text) {
    if (text.size() < 2 || text.size() > 9) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text.substr(0, text.size() - 1)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    if (value == 0) return std::nullopt;
    switch (text.back()) {
        case 's': return std::chrono::seconds(value);
        case 'm': return std::chrono::seconds(value * 60);
        case 'h': return std::chrono::seconds(value * 3600);
        case 'd': return std::chrono::seconds(value * 86'400);
        default: return std::nullopt;
    }
}

}  // namespace parlour::ctl
