// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_house
// Rules of repetition, times and zone files from anywhere, and what is written of them. The first byte says which.
#include <cstdlib>

#include "core/house/ics.h"

using namespace parlour;

namespace {

const base::TimeZone& zoneForRules() {
    static const base::TimeZone zone = base::TimeZone::utc();
    return zone;
}

/// Lines of at most 75 octets with CRLF, and no control character among them.
void checkFile(const std::string& file) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < file.size(); ++i) {
        const auto c = static_cast<unsigned char>(file[i]);
        if (c == '\r' && i + 1 < file.size() && file[i + 1] == '\n') {
            if (length > 75) std::abort();
            length = 0;
            ++i;
            continue;
        }
        if ((c < 0x20 && c != '\t') || c == 0x7f) std::abort();
        ++length;
    }
}

void checkZone(const std::string& bytes) {
    const auto zone = base::TimeZone::parse("Test/Zone", base::asBytes(bytes));
    if (!zone) return;
    for (const std::int64_t at : {0ll, 1'000'000'000ll, 1'800'000'000ll, 4'000'000'000ll}) {
        const base::UtcTime time{std::chrono::seconds(at)};
        (void)zone->toUtc(zone->toLocal(time));
    }
    checkFile(house::zoneBlock(*zone, base::UtcTime(std::chrono::seconds(1'800'000'000))));
}

void checkRule(std::string_view text) {
    const auto rule = house::parseRecurrence(text);
    if (!rule) return;
    const auto again = house::parseRecurrence(house::toString(*rule));
    if (!again || !(*again == *rule)) std::abort();
    house::Event event;
    event.every = *rule;
    const auto planned = house::plan("2026-11-26T18:00", zoneForRules(), rule.value());
    if (!planned) return;
    event.start = planned->time;
    const auto times = house::occurrences(event, zoneForRules(), base::UtcTime{}, base::UtcTime(std::chrono::seconds(4'000'000'000)), 50);
    for (std::size_t i = 1; i < times.size(); ++i)
        if (times[i - 1] >= times[i]) std::abort();
}

void checkText(std::string_view text) {
    if (const auto time = base::parseIsoTime(text)) {
        const auto again = base::parseIsoTime(base::formatIso(time->local));
        if (!again || again->local != time->local) std::abort();
    }
    house::Event event;
    event.id = event.uid = "fuzz";
    event.title = std::string(text);
    if (auto details = house::cleanDetails(text)) event.details = *details;
    checkFile(house::writeCalendar({{}, {{event, std::string(text), "https://house.example/e/fuzz"}}, {}}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
        case 0: checkZone(rest); break;
        case 1: checkRule(rest); break;
        default: checkText(rest); break;
    }
    return 0;
}
