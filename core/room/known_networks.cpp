// SPDX-License-Identifier: Apache-2.0
#include "core/room/known_networks.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/byte_io.h"
#include "core/base/log.h"
#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/room/kept_file.h"

namespace parlour::room {
namespace {

using Json = nlohmann::json;
constexpr int kVersion = 1;
constexpr std::size_t kSaltBytes = 16, kKeyBytes = 16;
constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t dayOf(base::WallTime now) { return base::toUnixMs(now) / kDayMs; }

/// A whole number in from..to, else nothing.
std::optional<std::int64_t> whole(const Json& json, std::int64_t from, std::int64_t to) {
    if (!json.is_number_integer()) return std::nullopt;
    const auto value = json.get<std::int64_t>();
    return value < from || value > to ? std::nullopt : std::optional(value);
}

/// Of `bytes` bytes, else empty.
std::string bytesIn(const Json& json, std::size_t bytes) {
    if (!json.is_string()) return {};
    const auto raw = base::fromBase64Url(json.get_ref<const std::string&>());
    return raw && raw->size() == bytes ? std::string(base::asText(*raw)) : std::string();
}

std::optional<KnownNetworks::Network> networkIn(const Json& json) {
    if (!json.is_object() || !json.contains("key") || !json.contains("delays_ms") || !json.contains("day")) return std::nullopt;
    KnownNetworks::Network network;
    if (bytesIn(json["key"], kKeyBytes).empty()) return std::nullopt;
    network.key = json["key"].get<std::string>();
    const auto day = whole(json["day"], 0, 1'000'000);
    if (!day || !json["delays_ms"].is_array()) return std::nullopt;
    network.day = *day;
    for (const auto& delay : json["delays_ms"])
        if (const auto ms = whole(delay, 1, KnownNetworks::kLongest); ms && network.delays.size() < KnownNetworks::kCalls)
            network.delays.push_back(static_cast<int>(*ms));
    return network.delays.empty() ? std::nullopt : std::optional(std::move(network));
}

KnownNetworks::Book fresh() { return {std::string(base::asText(crypto::randomBytes(kSaltBytes))), {}}; }

void forgetOld(KnownNetworks::Book& book, std::int64_t today) {
    // A day that has not come is of a clock that was wrong: it counts as today's.
    for (auto& network : book.networks) network.day = std::min(network.day, today);
    std::erase_if(book.networks, [&](const auto& network) { return today - network.day > KnownNetworks::kDays; });
    if (book.networks.size() > KnownNetworks::kMost) book.networks.resize(KnownNetworks::kMost);
}

}  // namespace

KnownNetworks::KnownNetworks(std::filesystem::path home) : m_file(home.empty() ? std::filesystem::path() : home / "networks.json"), m_book(fresh()) {}

std::optional<KnownNetworks::Book> KnownNetworks::parse(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("version") || whole(json["version"], kVersion, kVersion) != kVersion) return std::nullopt;
    Book book;
    if (json.contains("salt")) book.salt = bytesIn(json["salt"], kSaltBytes);
    if (book.salt.empty() || !json.contains("networks") || !json["networks"].is_array()) return std::nullopt;
    for (const auto& one : json["networks"]) {
        if (book.networks.size() == kMost) break;
        auto network = networkIn(one);
        if (!network || std::any_of(book.networks.begin(), book.networks.end(), [&](const auto& n) { return n.key == network->key; })) continue;
        book.networks.push_back(std::move(*network));
    }
    return book;
}

std::string KnownNetworks::write(const Book& book) {
    Json networks = Json::array();
    for (const auto& network : book.networks) networks.push_back({{"key", network.key}, {"delays_ms", network.delays}, {"day", network.day}});
    const Json json{{"version", kVersion}, {"salt", base::toBase64Url(base::asBytes(book.salt))}, {"networks", std::move(networks)}};
    return json.dump(1) + "\n";
}

std::string KnownNetworks::keyOf(const Book& book, const net::NetworkPlace& place) const {
    const auto digest = crypto::hmacSha256(base::asBytes(book.salt), base::asBytes(place.text()));
    return base::toBase64Url(base::ByteView(digest).first(kKeyBytes));
}

/// Once: it is no reason to trouble anybody, and a file of something else is left as it is.
void KnownNetworks::complain(std::string_view what) {
    if (std::exchange(m_complained, true)) return;
    base::log(base::LogLevel::warn, "room", m_file.string() + " " + std::string(what) + ": how long this network lets packets wait is not remembered.");
}

std::optional<base::Duration> KnownNetworks::enter(std::optional<net::NetworkPlace> place, base::WallTime now) {
    m_moved = !m_entered || *m_entered != place;
    m_entered = place;
    m_place = std::move(place);
    if (!m_place) return std::nullopt;
    std::optional<Book> book = m_book;
    if (!m_file.empty()) {
        const auto text = readKept(m_file, kMostBytes);   // another program may know more by now
        if (text && text->empty()) return std::nullopt;
        book = text ? parse(*text) : std::nullopt;
        if (!book) complain("cannot be read");
    }
    if (!book) return std::nullopt;
    forgetOld(*book, dayOf(now));
    const auto key = keyOf(*book, *m_place);
    for (auto& network : book->networks) {
        if (network.key != key) continue;
        auto& delays = network.delays;
        std::nth_element(delays.begin(), delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2), delays.end());
        return std::chrono::milliseconds(delays[delays.size() / 2]);
    }
    return std::nullopt;
}

void KnownNetworks::leave(std::optional<base::Duration> needed, base::WallTime now) {
    const auto place = std::exchange(m_place, std::nullopt);
    if (!place || !needed) return;
    const auto ms = static_cast<int>(std::clamp<std::int64_t>(base::toMs(*needed), 1, kLongest));
    const auto note = [&](Book& book) {
        Network network{keyOf(book, *place), {}, dayOf(now)};
        for (auto& known : book.networks)
            if (known.key == network.key) network.delays = std::move(known.delays);
        std::erase_if(book.networks, [&](const auto& n) { return n.key == network.key; });
        network.delays.insert(network.delays.begin(), ms);
        if (network.delays.size() > kCalls) network.delays.resize(kCalls);
        book.networks.insert(book.networks.begin(), std::move(network));
        forgetOld(book, dayOf(now));
    };
    if (m_file.empty()) return note(m_book);
    const auto kept = changeKept(m_file, kMostBytes, [&](const std::optional<std::string>& there) -> std::optional<std::string> {
        auto book = !there ? std::nullopt : there->empty() ? std::optional(fresh()) : parse(*there);
        if (!book) return complain("cannot be read"), std::nullopt;
        note(*book);
        return write(*book);
    });
    if (!kept) complain("cannot be written");
}

}  // namespace parlour::room
