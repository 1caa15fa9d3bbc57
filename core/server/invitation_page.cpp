// SPDX-License-Identifier: Apache-2.0
// What a browser shows for an invitation link. Static; the secret is in the fragment, which no server sees, and the script
// takes it out of the address bar before anything else. No third party, no inline handlers, everything else forbidden.
#include <algorithm>

#include "core/crypto/hash.h"
#include "core/server/http_api.h"

namespace parlour::server {

namespace {

constexpr std::string_view kStyle =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem;color:#1d1b26;background:#faf9f7}"
    "h1{font-size:1.5rem}a.open{display:inline-block;padding:.7rem 1.2rem;border-radius:.6rem;background:#3d5afe;color:#fff;"
    "text-decoration:none}a.open[hidden]{display:none}code{overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#eceaf2;background:#17161c}a{color:#9fb0ff}}";

constexpr std::string_view kScript =
    "(function(){var h=location.hash,p=location.pathname;history.replaceState(null,'',p);"
    "var t=document.getElementById('text'),a=document.getElementById('open');"
    "if(!/^#k=[A-Za-z0-9_-]{22}(&p=[A-Za-z0-9_-]{43})?$/.test(h)){"
    "t.textContent='This link is incomplete: its secret part is missing. Copy the whole link and try again.';return;}"
    "var u='parlour://'+location.host+p+h;a.href=u;a.hidden=false;location.href=u;})();";

std::string hashSource(std::string_view text) {
    return "'sha256-" + base::toBase64(crypto::sha256(base::asBytes(text))) + "'";
}

}  // namespace

bool isInvitationPath(std::string_view path) {
    if (!path.starts_with("/i/")) return false;
    const auto id = path.substr(3);
    return id.size() >= 10 && id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

net::HttpResponse invitationPage() {
    net::HttpResponse page;
    page.headers = {{"content-type", "text/html; charset=utf-8"},
                    {"cache-control", "no-store"},
                    {"referrer-policy", "no-referrer"},
                    {"x-content-type-options", "nosniff"},
                    {"content-security-policy", "default-src 'none'; style-src " + hashSource(kStyle) + "; script-src " +
                                                    hashSource(kScript) +
                                                    "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}};
    page.body = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                "content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>Invitation to a room</title><style>" +
                std::string(kStyle) +
                "</style></head><body><h1>You are invited to a live audio room</h1>"
                "<p id=\"text\">Parlour opens this invitation on your computer. It first shows who invites you to what; nothing "
                "is joined and no microphone is opened before you say so.</p>"
                "<p><a class=\"open\" id=\"open\" hidden>Open in Parlour</a></p>"
                "<p>Nothing happens? Install Parlour, then open this link again, or paste it into the window of the app with "
                "<b>Join with a link</b>.</p><script>" +
                std::string(kScript) + "</script></body></html>\n";
    return page;
}

}  // namespace parlour::server
