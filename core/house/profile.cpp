// SPDX-License-Identifier: Apache-2.0
#include "core/house/profile.h"

#include <algorithm>

#include "core/house/display_name.h"

namespace parlour::house {

using base::ErrorKind;

base::Result<std::string> checkProfileLink(std::string_view text) {
    const auto bad = [&] {
        return base::fail(ErrorKind::invalidInput, "bad_link", "This link cannot be shown.",
                          "Give an address that begins with https:// or http://.", std::string(text.substr(0, 200)));
    };
    std::string_view rest = text;
    if (rest.starts_with("https://")) rest.remove_prefix(8);
    else if (rest.starts_with("http://")) rest.remove_prefix(7);
    else return bad();
    // Visible ASCII only: what looks like another address cannot be written (security: T27).
    if (text.size() > api::kMaxProfileLinkBytes || std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= '\x7f'; })) return bad();
    const auto host = rest.substr(0, rest.find_first_of("/?#"));
    const auto name = host.substr(0, host.find(':'));
    if (host.find('@') != std::string_view::npos || name.empty() || name.front() == '.' || name.front() == '-') return bad();
    const bool fits = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
    if (!fits || std::any_of(text.begin(), text.end(), [](char c) { return c == '"' || c == '<' || c == '>' || c == '\\'; })) return bad();
    return std::string(text);
}

base::Result<ProfileRow> withWish(ProfileRow profile, const api::ProfileWish& wish) {
    if (wish.about) {
        if (countCharacters(*wish.about) > api::kMaxAboutCharacters)
            return base::fail(ErrorKind::invalidInput, "about_too_long", "This is too long.", "Say it in at most 500 characters.");
        profile.about = cleanText(*wish.about, api::kMaxAboutCharacters, api::kMaxAboutCharacters * 4);
    }
    if (wish.pronouns) {
        if (countCharacters(*wish.pronouns) > api::kMaxPronounsCharacters)
            return base::fail(ErrorKind::invalidInput, "pronouns_too_long", "This is too long.", "Use at most 40 characters.");
        profile.pronouns = cleanText(*wish.pronouns, api::kMaxPronounsCharacters, api::kMaxPronounsCharacters * 4);
    }
    if (wish.links) {
        if (wish.links->size() > api::kMaxProfileLinks)
            return base::fail(ErrorKind::invalidInput, "too_many_links", "These are too many links.", "Choose at most five.");
        std::vector<std::string> links;
        for (const auto& text : *wish.links) {
            auto link = checkProfileLink(text);
            if (!link) return base::Unexpected(std::move(link).error());
            links.push_back(std::move(*link));
        }
        profile.links = std::move(links);
    }
    return profile;
}

}  // namespace parlour::house
