// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/ice_candidate.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace parlour::rtc {

namespace {

constexpr std::size_t kMaxCandidateText = 512;

std::optional<std::string_view> nextWord(std::string_view& text) {
    const auto start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) return std::nullopt;
    text.remove_prefix(start);
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

template <class T>
bool toNumber(std::optional<std::string_view> word, T& out) {
    if (!word || word->empty()) return false;
    const auto [end, error] = std::from_chars(word->data(), word->data() + word->size(), out);
    return error == std::errc{} && end == word->data() + word->size();
}

bool equalsIgnoringCase(std::string_view a, std::string_view lower) {
    if (a.size() != lower.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
        if (c != lower[i]) return false;
    }
    return true;
}

bool isIceChars(std::string_view text, std::size_t maxSize) {
    if (text.empty() || text.size() > maxSize) return false;
    for (const char c : text) {
        const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
                        c == '/';
        if (!ok) return false;
    }
    return true;
}

std::string_view typeName(CandidateType type) {
    switch (type) {
        case CandidateType::host: return "host";
        case CandidateType::serverReflexive: return "srflx";
        case CandidateType::peerReflexive: return "prflx";
        case CandidateType::relay: return "relay";
    }
    return "host";
}

std::optional<CandidateType> typeFrom(std::string_view word) {
    for (const auto type : {CandidateType::host, CandidateType::serverReflexive, CandidateType::peerReflexive,
                            CandidateType::relay})
        if (word == typeName(type)) return type;
    return std::nullopt;
}

}  // namespace

std::uint32_t candidatePriority(CandidateType type, std::uint16_t localPreference, int component) {
    std::uint32_t preference = 0;
    switch (type) {  // RFC 8445 section 5.1.2.2
        case CandidateType::host: preference = 126; break;
        case CandidateType::peerReflexive: preference = 110; break;
        case CandidateType::serverReflexive: preference = 100; break;
        case CandidateType::relay: preference = 0; break;
    }
    return (preference << 24) | (std::uint32_t{localPreference} << 8) | static_cast<std::uint32_t>(256 - component);
}

std::optional<IceCandidate> parseCandidate(std::string_view text) {
    if (text.size() > kMaxCandidateText) return std::nullopt;
    if (text.starts_with("a=")) text.remove_prefix(2);
    constexpr std::string_view kPrefix = "candidate:";
    if (!text.starts_with(kPrefix)) return std::nullopt;
    text.remove_prefix(kPrefix.size());
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);

    IceCandidate out;
    const auto foundation = nextWord(text);
    if (!foundation || foundation->size() > 32) return std::nullopt;
    out.foundation = *foundation;
    if (!toNumber(nextWord(text), out.component) || out.component < 1 || out.component > 256) return std::nullopt;
    const auto protocol = nextWord(text);
    if (!protocol) return std::nullopt;
    if (equalsIgnoringCase(*protocol, "udp"))
        out.protocol = CandidateProtocol::udp;
    else if (equalsIgnoringCase(*protocol, "tcp"))
        out.protocol = CandidateProtocol::tcp;
    else
        return std::nullopt;
    if (!toNumber(nextWord(text), out.priority)) return std::nullopt;
    const auto address = nextWord(text);
    const auto ip = address ? base::IpAddress::parse(*address) : std::nullopt;
    if (!ip || !toNumber(nextWord(text), out.address.port)) return std::nullopt;
    out.address.ip = *ip;
    const auto typ = nextWord(text);
    const auto type = nextWord(text);
    if (typ != "typ" || !type) return std::nullopt;
    const auto known = typeFrom(*type);
    if (!known) return std::nullopt;
    out.type = *known;
    // Pairs of name and value follow; raddr, rport, generation, network-id and the like do not matter to us.
    while (const auto name = nextWord(text)) {
        const auto value = nextWord(text);
        if (!value) return std::nullopt;
        if (*name == "tcptype") {
            if (*value != "passive" && *value != "active" && *value != "so") return std::nullopt;
            out.tcpType = *value;
        } else if (*name == "ufrag") {
            if (!isIceChars(*value, 256)) return std::nullopt;
            out.ufrag = *value;
        }
    }
    return out;
}

std::string toString(const IceCandidate& c) {
    std::string out = "candidate:" + c.foundation + " " + std::to_string(c.component) +
                      (c.protocol == CandidateProtocol::udp ? " udp " : " tcp ") + std::to_string(c.priority) + " " +
                      c.address.ip.toString() + " " + std::to_string(c.address.port) + " typ " +
                      std::string(typeName(c.type));
    // RFC 8839 section 5.1 wants a related address for the others; ours is deliberately empty (privacy).
    if (c.type != CandidateType::host) out += c.address.ip.isV4() ? " raddr 0.0.0.0 rport 0" : " raddr :: rport 0";
    if (!c.tcpType.empty()) out += " tcptype " + c.tcpType;
    if (!c.ufrag.empty()) out += " ufrag " + c.ufrag;
    return out;
}

std::optional<IceCandidate> parseCandidateInit(std::string_view json) {
    if (json.size() > 4 * kMaxCandidateText) return std::nullopt;
    const auto value = nlohmann::json::parse(json, nullptr, false);
    if (!value.is_object()) return std::nullopt;
    const auto text = value.find("candidate");
    if (text == value.end() || !text->is_string()) return std::nullopt;
    auto out = parseCandidate(text->get_ref<const std::string&>());
    if (!out) return std::nullopt;
    // The member is the newer form of the attribute; browsers fill it, LiveKit sends null.
    if (const auto ufrag = value.find("usernameFragment");
        out->ufrag.empty() && ufrag != value.end() && ufrag->is_string()) {
        const auto& word = ufrag->get_ref<const std::string&>();
        if (!word.empty() && !isIceChars(word, 256)) return std::nullopt;
        out->ufrag = word;
    }
    return out;
}

std::string toCandidateInit(const IceCandidate& candidate, std::string_view mid) {
    nlohmann::json value;
    value["candidate"] = toString(candidate);
    value["sdpMid"] = mid;
    value["sdpMLineIndex"] = 0;
    if (candidate.ufrag.empty())
        value["usernameFragment"] = nullptr;
    else
        value["usernameFragment"] = candidate.ufrag;
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace parlour::rtc
