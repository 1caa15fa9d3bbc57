// SPDX-License-Identifier: Apache-2.0
// What a browser shows of a talk. Everything that people wrote is text; the one script is known by its hash, and so is the style.
#include "core/crypto/hash.h"
#include "core/server/schedule_view.h"

namespace parlour::server {

namespace {

constexpr std::string_view kStyle =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:10vh auto;padding:0 1.25rem;color:#1d1b26;background:#faf9f7}"
    "h1{font-size:1.6rem;margin-bottom:.2rem;overflow-wrap:anywhere}.state{font-weight:600}.when{font-size:1.1rem}"
    ".details{white-space:pre-wrap;overflow-wrap:anywhere}a.open{display:inline-block;padding:.7rem 1.2rem;border-radius:.6rem;"
    "background:#3d5afe;color:#fff;text-decoration:none}"
    "@media(prefers-color-scheme:dark){body{color:#eceaf2;background:#17161c}a{color:#9fb0ff}}";

constexpr std::string_view kScript =
    "(function(){var t=document.getElementById('when');if(!t||!window.Intl)return;var d=new Date(t.getAttribute('datetime'));"
    "document.getElementById('yours').textContent='For you: '+d.toLocaleString([],{weekday:'long',year:'numeric',month:'long',"
    "day:'numeric',hour:'2-digit',minute:'2-digit',timeZoneName:'short'});})();";

std::string hashSource(std::string_view text) {
    return "'sha256-" + base::toBase64(crypto::sha256(base::asBytes(text))) + "'";
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string stateText(const api::EventView& view) {
    if (view.state == "cancelled") return "This talk is cancelled.";
    if (view.state == "done") return "This talk is over.";
    if (view.state == "live") return "Live now.";
    // The host's word counts until it is used up.
    if (view.overdueMinutes > 0 && view.overdueMinutes >= view.lateMinutes) return "Late by " + std::to_string(view.overdueMinutes) + " min. It has not begun yet.";
    if (view.lateMinutes > 0) return "Begins about " + std::to_string(view.lateMinutes) + " minutes later.";
    if (!view.dates.empty()) return "The date is not fixed yet.";
    return {};
}

}  // namespace

ApiReply eventPage(const api::EventView& view, const std::string& when) {
    const auto start = base::formatIso(base::toUtcTime(base::fromUnixMs(view.startMs)));
    const auto paragraph = [](std::string_view kind, const std::string& text) {
        return text.empty() ? std::string() : "<p class=\"" + std::string(kind) + "\">" + escaped(text) + "</p>";
    };
    ApiReply page;
    page.type = "text/html; charset=utf-8";
    page.headers = {{"cache-control", "no-store"},
                    {"referrer-policy", "no-referrer"},
                    {"content-security-policy", "default-src 'none'; style-src " + hashSource(kStyle) + "; script-src " +
                                                    hashSource(kScript) +
                                                    "; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}};
    page.body = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
                "<meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"/web/icon.svg\"><title>" +
                escaped(view.title) + "</title><style>" + std::string(kStyle) + "</style></head><body><h1>" + escaped(view.title) + "</h1>";
    std::string hosts = view.hostName;
    for (const auto& one : view.hosts) hosts += (hosts.empty() ? "" : ", ") + one.name;
    if (!hosts.empty()) page.body += paragraph("host", "with " + hosts);
    page.body += paragraph("state", stateText(view));
    page.body += "<p class=\"when\"><time id=\"when\" datetime=\"" + start + "\">" + escaped(when) + "</time><br><span id=\"yours\"></span></p>";
    page.body += paragraph("note", view.note);
    page.body += paragraph("details", view.details);
    if (view.state != "cancelled" && view.state != "done" && !view.link.empty())
        page.body += "<p><a class=\"open\" href=\"" + escaped(view.link) + "\">Listen</a></p>";
    page.body += "<p><a href=\"" + escaped(view.ics) + "\">Put it into my calendar</a></p><script>" + std::string(kScript) +
                 "</script></body></html>\n";
    return page;
}

}  // namespace parlour::server
