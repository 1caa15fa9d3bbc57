// SPDX-License-Identifier: Apache-2.0
#include "core/api/guest_terms.h"

#include <algorithm>
#include <charconv>

namespace parlour::api {

namespace {

using Lines = std::vector<std::string>;

void prefixed(base::ByteWriter& out, std::string_view field) {
    out.u32(static_cast<std::uint32_t>(field.size()));
    out.text(field);
}

bool isList(std::string_view field) { return field == "questions" || field == "when" || field == "stage" || field == "excluded"; }

Lines oneLine(const std::string& text) { return text.empty() ? Lines{} : Lines{text}; }

base::Unexpected<base::Error> badField(std::string_view field, std::string advice) {
    return base::fail(base::ErrorKind::invalidInput, "bad_terms_field", "This field of the terms cannot be set like that.",
                      std::move(advice), std::string(field));
}

base::Result<int> number(std::string_view field, const Lines& values) {
    if (values.empty()) return 0;
    int out = 0;
    const char* end = values[0].data() + values[0].size();
    const auto [stop, error] = std::from_chars(values[0].data(), end, out);
    if (error != std::errc{} || stop != end || out < 0) return badField(field, "Give a whole number.");
    return out;
}

base::Result<bool> yesOrNo(const Lines& values) {
    if (values.empty() || values[0] == "no" || values[0] == "false") return false;
    if (values[0] == "yes" || values[0] == "true") return true;
    return badField("recording", "Say yes or no.");
}

/// What is in `of` and not in `other`, each entry as often as it is missing there.
Lines onlyIn(const Lines& of, Lines other) {
    Lines out;
    for (const auto& line : of) {
        const auto it = std::find(other.begin(), other.end(), line);
        if (it == other.end())
            out.push_back(line);
        else
            other.erase(it);
    }
    return out;
}

}  // namespace

Lines termsField(const Terms& terms, std::string_view field) {
    if (field == "topic") return oneLine(terms.topic);
    if (field == "questions") return terms.questions;
    if (field == "format") return oneLine(terms.format);
    if (field == "when") return terms.when;
    if (field == "length_minutes") return {std::to_string(terms.lengthMinutes)};
    if (field == "language") return oneLine(terms.language);
    if (field == "audience_cap") return {std::to_string(terms.audienceCap)};
    if (field == "recording") return {terms.recording ? "yes" : "no"};
    if (field == "stage") return terms.stage;
    if (field == "excluded") return terms.excluded;
    return {};
}

base::Result<void> setTermsField(Terms& terms, std::string_view field, const Lines& values) {
    if (std::find(std::begin(kTermsFields), std::end(kTermsFields), field) == std::end(kTermsFields))
        return badField(field, "The fields are topic, questions, format, when, length_minutes, language, audience_cap, recording, "
                               "stage and excluded.");
    if (!isList(field) && values.size() > 1) return badField(field, "It takes one value.");
    const std::string first = values.empty() ? std::string() : values[0];
    if (field == "topic") terms.topic = first;
    if (field == "format") terms.format = first;
    if (field == "language") terms.language = first;
    if (field == "questions") terms.questions = values;
    if (field == "when") terms.when = values;
    if (field == "stage") terms.stage = values;
    if (field == "excluded") terms.excluded = values;
    if (field == "length_minutes" || field == "audience_cap") {
        const auto value = number(field, values);
        if (!value) return base::Unexpected(value.error());
        (field == "audience_cap" ? terms.audienceCap : terms.lengthMinutes) = *value;
    }
    if (field == "recording") {
        const auto value = yesOrNo(values);
        if (!value) return base::Unexpected(value.error());
        terms.recording = *value;
    }
    return {};
}

std::string_view toString(Party party) {
    switch (party) {
        case Party::host: return "host";
        case Party::guest: return "guest";
        case Party::delegate: return "delegate";
    }
    return {};
}
std::optional<Party> parseParty(std::string_view text) {
    for (const auto party : {Party::host, Party::guest, Party::delegate})
        if (text == toString(party)) return party;
    return std::nullopt;
}
std::string_view sideOf(Party party) { return party == Party::host ? "host" : "guest"; }

std::vector<TermsChange> termsDifference(const Terms& before, const Terms& after) {
    std::vector<TermsChange> out;
    for (const auto field : kTermsFields) {
        const Lines old = termsField(before, field), now = termsField(after, field);
        if (old == now) continue;
        TermsChange change{std::string(field), onlyIn(old, now), onlyIn(now, old)};
        if (change.removed.empty() && change.added.empty()) change = {std::string(field), old, now};
        out.push_back(std::move(change));
    }
    return out;
}

base::Bytes termsStatement(const base::HouseId& house, const base::InvitationId& invitation, std::string_view guestName, int version,
                           Party by, const Terms& terms) {
    base::ByteWriter out;
    prefixed(out, "parlour-terms-v1");
    prefixed(out, house.str());
    prefixed(out, invitation.str());
    prefixed(out, guestName);
    prefixed(out, std::to_string(version));
    prefixed(out, toString(by));
    for (const auto field : kTermsFields) {
        const auto lines = termsField(terms, field);
        if (isList(field)) {
            out.u32(static_cast<std::uint32_t>(lines.size()));
            for (const auto& line : lines) prefixed(out, line);
        } else {
            prefixed(out, lines.empty() ? std::string_view() : std::string_view(lines[0]));
        }
    }
    return out.take();
}

base::Bytes termsFileStatement(const TermsFile& file) {
    base::ByteWriter out;
    prefixed(out, "parlour-terms-file-v1");
    prefixed(out, file.houseName);
    prefixed(out, base::asText(termsStatement(file.house, file.invitation, file.guest, file.version, Party::host, file.terms)));
    prefixed(out, std::to_string(file.agreedMs));
    out.u32(static_cast<std::uint32_t>(file.signedBy.size()));
    for (const auto& one : file.signedBy) {
        for (const std::string_view field : {std::string_view(one.side), toString(one.by), std::string_view(one.key),
                                             std::string_view(one.bound), std::string_view(one.signature)})
            prefixed(out, field);
        prefixed(out, std::to_string(one.atMs));
    }
    return out.take();
}

}  // namespace parlour::api
