// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "audio/audio_backend.h"

namespace parlour::audio {
namespace {

base::Unexpected<base::Error> wrong(const std::string& text, bool capture) {
    return base::fail(
        base::ErrorKind::invalidInput, "endpoint_unknown",
        "\"" + text + "\" names no " + (capture ? "sound source." : "place for sound."),
        capture ? "Use device:NAME, file:PATH.wav, tone:HZ or null." : "Use device:NAME, file:PATH.wav or null.");
}

/// The locale must not matter, and libstdc++ 12 is the oldest with from_chars for double.
bool parseHertz(std::string_view text, double& hz) {
    int whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    hz = whole;
    return error == std::errc{} && end == text.data() + text.size() && whole >= 20 && whole <= 20'000;
}

}  // namespace

base::Result<Endpoint> parseEndpoint(const std::string& text, bool capture) {
    Endpoint endpoint;
    if (text == "null") {
        endpoint.kind = SourceKind::null;
        return endpoint;
    }
    if (text == "device") return endpoint;
    const auto colon = text.find(':');
    if (colon == std::string::npos) return wrong(text, capture);
    const auto kind = text.substr(0, colon);
    auto rest = text.substr(colon + 1);
    if (kind == "device") {
        endpoint.name = rest;
        return endpoint;
    }
    if (kind == "file") {
        endpoint.kind = SourceKind::file;
        constexpr std::string_view kLoop = "?loop";
        if (capture && rest.ends_with(kLoop)) {
            endpoint.loop = true;
            rest.resize(rest.size() - kLoop.size());
        }
        if (rest.empty()) return wrong(text, capture);
        endpoint.name = rest;
        return endpoint;
    }
    if (kind == "tone" && capture) {
        endpoint.kind = SourceKind::tone;
        if (!parseHertz(rest, endpoint.toneHz))
            return base::fail(base::ErrorKind::invalidInput, "endpoint_tone", "\"" + rest + "\" is no pitch.",
                              "Use a whole number of hertz from 20 to 20000, for example tone:440.");
        return endpoint;
    }
    return wrong(text, capture);
}

std::string toText(const Endpoint& endpoint) {
    switch (endpoint.kind) {
        case SourceKind::device:
            return "device:" + endpoint.name;
        case SourceKind::file:
            return "file:" + endpoint.name + (endpoint.loop ? "?loop" : "");
        case SourceKind::tone:
            return "tone:" + std::to_string(static_cast<int>(endpoint.toneHz));
        case SourceKind::null:
            return "null";
    }
    return {};
}

}  // namespace parlour::audio
