// SPDX-License-Identifier: Apache-2.0
// What a browser shows for an invitation link: static files from this house alone. The secret is in the fragment, which no
// server sees, and the script takes it out of the address bar before anything else. No third party, no inline script or
// style, everything else forbidden.
#include <algorithm>

#include "core/server/http_api.h"
#include "core/server/web_files.h"

namespace parlour::server {

namespace {

constexpr std::string_view kFolder = "/web/";
constexpr std::string_view kPage = "page.html";
constexpr std::string_view kSound = "sound.js";

std::string_view typeOf(std::string_view name) {
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    if (name.ends_with(".txt")) return "text/plain; charset=utf-8";
    return "text/html; charset=utf-8";
}

/// What the page may talk to: this house, and LiveKit where the sound is there. The SDK asks LiveKit by HTTP why a door stayed shut.
std::string reach(const std::optional<net::Url>& sound) {
    if (!sound) return "'self'";
    return "'self' " + sound->withWebSocketScheme(true).origin() + " " + sound->withWebSocketScheme(false).origin();
}

net::HttpResponse answer(const WebFile& file, std::string_view cache, const std::optional<net::Url>& sound) {
    net::HttpResponse response;
    response.headers = {{"content-type", std::string(typeOf(file.name))},
                        {"cache-control", std::string(cache)},
                        {"referrer-policy", "no-referrer"},
                        {"x-content-type-options", "nosniff"},
                        {"cross-origin-opener-policy", "same-origin"},
                        {"cross-origin-resource-policy", "same-origin"},
                        {"permissions-policy", "microphone=(self), camera=(), geolocation=()"},
                        {"content-security-policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src " + reach(sound) +
                                                        "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}};
    if (file.gzip) response.headers["content-encoding"] = "gzip";
    response.body = std::string(file.text);
    return response;
}

const WebFile* find(std::string_view name) {
    for (const auto& file : webFiles())
        if (file.name == name) return &file;
    return nullptr;
}

}  // namespace

bool isInvitationPath(std::string_view path) {
    if (!path.starts_with("/i/")) return false;
    const auto id = path.substr(3);
    return id.size() >= 10 && id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

bool isPagePath(std::string_view path) {
    return isInvitationPath(path) || (path.starts_with(kFolder) && path != std::string(kFolder) + std::string(kPage) &&
                                      find(path.substr(kFolder.size())) != nullptr);
}

net::HttpResponse pageAnswer(std::string_view path, const std::optional<net::Url>& sound) {
    if (isInvitationPath(path)) return answer(*find(kPage), "no-store", sound);
    const auto name = path.substr(kFolder.size());
    if (name == kSound && sound) {
        auto response = answer(*find(name), "no-cache", sound);
        response.body = "export const SOUND = '" + sound->origin() + "';\n";   // letters, digits and ".:-[]" after the scheme
        return response;
    }
    // Its hash is in its name: another one has another name.
    return answer(*find(name), name.starts_with("livekit-client-") ? "public, max-age=31536000, immutable" : "no-cache", sound);
}

}  // namespace parlour::server
