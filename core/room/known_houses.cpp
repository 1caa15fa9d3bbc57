// SPDX-License-Identifier: Apache-2.0
#include "core/room/known_houses.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/room/kept_file.h"

namespace parlour::room {

using base::ErrorKind;
using Json = nlohmann::json;

namespace {
constexpr std::size_t kMostBytes = 1024 * 1024;
}

base::Result<KnownHouses> KnownHouses::open(const std::filesystem::path& home) {
    KnownHouses out;
    out.m_file = home / "houses.json";
    auto houses = parse(readKept(out.m_file, kMostBytes).value_or("-"));
    if (!houses) {
        auto error_ = std::move(houses).error();
        error_.detail = out.m_file.string();
        return base::Unexpected(std::move(error_));
    }
    out.m_houses = std::move(*houses);
    return out;
}

base::Result<std::vector<KnownHouse>> KnownHouses::parse(const std::string& text) {
    std::vector<KnownHouse> out;
    if (text.empty()) return out;
    const Json json = Json::parse(text, nullptr, false);
    const auto field = [](const Json& one, const char* name) {
        const auto it = one.find(name);
        return it != one.end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    if (!json.is_array())
        return base::fail(ErrorKind::invalidInput, "houses_damaged", "The list of houses cannot be read.",
                          "Move the file away and redeem a link again.");
    for (const auto& one : json)
        if (one.is_object() && !field(one, "url").empty())
            out.push_back({base::HouseId(field(one, "house")), field(one, "url"), field(one, "pin"), field(one, "title"), field(one, "name")});
    return out;
}

base::Result<KnownHouse> KnownHouses::choose(const std::string& which) const {
    if (which.empty() && m_houses.size() == 1) return m_houses.front();
    std::string list;
    for (const auto& house : m_houses) {
        if (!which.empty() && (house.url == which || house.url + "/" == which || house.house.str() == which)) return house;
        list += (list.empty() ? "" : ", ") + house.url;
    }
    if (which.empty() && !m_houses.empty())
        return base::fail(ErrorKind::invalidInput, "house_ambiguous", "You know several houses.", "Choose one with --house URL.", list);
    return base::fail(ErrorKind::notFound, "house_unknown", m_houses.empty() ? "You know no house yet." : "You do not know this house.",
                      "Redeem an invitation link first.", list);
}

base::Result<void> KnownHouses::remember(const KnownHouse& house) {
    base::Result<void> good;
    auto kept = changeKept(m_file, kMostBytes, [&](const std::optional<std::string>& there) -> std::optional<std::string> {
        auto houses = parse(there.value_or("-"));   // another program may have come into one meanwhile
        if (!houses) return good = base::Unexpected(std::move(houses).error()), std::nullopt;
        m_houses = std::move(*houses);
        std::erase_if(m_houses, [&](const KnownHouse& one) {
            return one.url == house.url || (!house.house.empty() && one.house == house.house);
        });
        m_houses.push_back(house);
        Json json = Json::array();
        for (const auto& one : m_houses)
            json.push_back({{"house", one.house.str()}, {"url", one.url}, {"pin", one.pin}, {"title", one.title}, {"name", one.name}});
        return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
    });
    return good ? kept : good;
}

}  // namespace parlour::room
