// SPDX-License-Identifier: Apache-2.0
#include "core/signal/regions.h"

#include <charconv>

#include <nlohmann/json.hpp>

#include "core/signal/codec.h"

namespace parlour::signal {
namespace {

constexpr std::size_t kMaxText = 512;

std::string textOf(const nlohmann::json& object, const char* name) {
    const auto it = object.find(name);
    if (it == object.end() || !it->is_string()) return {};
    auto text = it->get<std::string>();
    return text.size() > kMaxText ? std::string() : text;
}

/// protojson writes 64-bit numbers as text.
std::int64_t numberOf(const nlohmann::json& object, const char* name) {
    const auto it = object.find(name);
    if (it == object.end()) return 0;
    if (it->is_number_integer()) return it->get<std::int64_t>();
    std::int64_t value = 0;
    const auto text = it->is_string() ? it->get<std::string>() : std::string();
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

base::Result<std::vector<Region>> parseRegions(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto list = json.is_object() ? json.find("regions") : json.end();
    if (!json.is_object() || list == json.end() || !list->is_array())
        return base::fail(base::ErrorKind::invalidInput, "regions_malformed", "The server's list of regions could not be read.");
    std::vector<Region> out;
    for (const auto& entry : *list) {
        if (!entry.is_object() || out.size() == kMaxRegions) continue;
        Region region{textOf(entry, "region"), textOf(entry, "url"), numberOf(entry, "distance")};
        if (!region.url.empty()) out.push_back(std::move(region));
    }
    return out;
}

}  // namespace parlour::signal
