// SPDX-License-Identifier: Apache-2.0
#include "core/house/guest_terms.h"

#include <algorithm>

#include "core/base/local_time.h"
#include "core/house/display_name.h"

namespace parlour::house {

using base::ErrorKind;

namespace {

base::Unexpected<base::Error> badTerms(std::string message, std::string advice, std::string_view field) {
    return base::fail(ErrorKind::invalidInput, "bad_terms", std::move(message), std::move(advice), std::string(field));
}

/// One line of the terms; empty optional when it is too long.
std::optional<std::string> cleanLine(std::string_view text, std::size_t maxCharacters) {
    // One character above the limit is kept, so that too long shows; four bytes are the most a character takes.
    auto clean = cleanText(text, maxCharacters + 1, (maxCharacters + 1) * 16);
    if (countCharacters(clean) > maxCharacters || clean.size() > maxCharacters * 4) return std::nullopt;
    return clean;
}

base::Result<void> cleanOne(std::string& text, std::size_t max, std::string_view field) {
    auto clean = cleanLine(text, max);
    if (!clean) return badTerms("A text in the terms is too long.", "Use at most " + std::to_string(max) + " characters.", field);
    text = std::move(*clean);
    return {};
}

base::Result<void> cleanList(std::vector<std::string>& lines, std::string_view field) {
    std::vector<std::string> kept;
    for (auto& line : lines) {
        if (auto good = cleanOne(line, api::kMaxTermsLineCharacters, field); !good) return good;
        if (!line.empty()) kept.push_back(std::move(line));
    }
    if (kept.size() > api::kMaxTermsLines)
        return badTerms("A list in the terms is too long.", "Use at most " + std::to_string(api::kMaxTermsLines) + " entries.", field);
    lines = std::move(kept);
    return {};
}

base::Result<void> cleanWhen(std::vector<std::string>& when) {
    for (auto& text : when) {
        const auto time = base::parseIsoTime(text);
        if (!time) return base::Unexpected(time.error());
        if (!time->offset)
            return badTerms("A date of the terms has no time zone.", "Write it like 2026-11-24T18:00:00Z or 2026-11-24T18:00+01:00.",
                            "when");
        text = base::formatIso(time->utc());
    }
    std::sort(when.begin(), when.end());
    when.erase(std::unique(when.begin(), when.end()), when.end());
    if (when.size() > api::kMaxTermsWhen)
        return badTerms("There are too many dates.", "Offer at most " + std::to_string(api::kMaxTermsWhen) + ".", "when");
    return {};
}

base::Unexpected<base::Error> notYours(std::string advice) {
    return base::fail(ErrorKind::refused, "guest_not_yours", "That is for the other side to do.", std::move(advice));
}

base::Unexpected<base::Error> closed(GuestState state) {
    const auto text = state == GuestState::draft      ? "This invitation has not been sent yet."
                      : state == GuestState::declined ? "This invitation was declined."
                      : state == GuestState::expired  ? "This invitation has expired."
                                                      : "This invitation was withdrawn.";
    return base::fail(ErrorKind::refused, "guest_closed", text,
                      state == GuestState::draft ? "Send it first." : "Make a new one to talk again.");
}

}  // namespace

base::Result<api::Terms> cleanTerms(api::Terms terms) {
    if (auto good = cleanOne(terms.topic, api::kMaxTermsTopicCharacters, "topic"); !good) return base::Unexpected(good.error());
    if (terms.topic.empty()) return badTerms("The terms have no topic.", "Say in a few words what the talk is about.", "topic");
    if (auto good = cleanOne(terms.format, api::kMaxTermsFormatCharacters, "format"); !good) return base::Unexpected(good.error());
    if (auto good = cleanOne(terms.language, api::kMaxTermsLanguageCharacters, "language"); !good) return base::Unexpected(good.error());
    if (auto good = cleanList(terms.questions, "questions"); !good) return base::Unexpected(good.error());
    if (auto good = cleanList(terms.stage, "stage"); !good) return base::Unexpected(good.error());
    if (auto good = cleanList(terms.excluded, "excluded"); !good) return base::Unexpected(good.error());
    if (auto good = cleanWhen(terms.when); !good) return base::Unexpected(good.error());
    if (terms.lengthMinutes < 1 || terms.lengthMinutes > api::kMaxTermsMinutes)
        return badTerms("The length of the talk is not possible.", "Give 1 to 720 minutes.", "length_minutes");
    if (terms.audienceCap < 0 || terms.audienceCap > api::kMaxTermsAudience)
        return badTerms("The audience cap is not possible.", "Give 0 (no cap) to 1000000 people.", "audience_cap");
    return terms;
}

std::string_view toString(GuestState state) {
    switch (state) {
        case GuestState::draft: return "draft";
        case GuestState::sent: return "sent";
        case GuestState::opened: return "opened";
        case GuestState::asked: return "asked";
        case GuestState::countered: return "countered";
        case GuestState::held: return "held";
        case GuestState::accepted: return "accepted";
        case GuestState::agreed: return "agreed";
        case GuestState::declined: return "declined";
        case GuestState::expired: return "expired";
        case GuestState::revoked: return "revoked";
    }
    return {};
}
std::optional<GuestState> parseGuestState(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(GuestState::revoked); ++i)
        if (text == toString(static_cast<GuestState>(i))) return static_cast<GuestState>(i);
    return std::nullopt;
}
bool isFinal(GuestState state) {
    return state == GuestState::declined || state == GuestState::expired || state == GuestState::revoked;
}

std::string_view toString(GuestAct act) {
    switch (act) {
        case GuestAct::send: return "send";
        case GuestAct::open: return "open";
        case GuestAct::ask: return "ask";
        case GuestAct::counter: return "counter";
        case GuestAct::hold: return "hold";
        case GuestAct::accept: return "accept";
        case GuestAct::decline: return "decline";
        case GuestAct::sign: return "sign";
        case GuestAct::revoke: return "revoke";
        case GuestAct::expire: return "expire";
    }
    return {};
}
std::optional<GuestAct> parseGuestAct(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(GuestAct::expire); ++i)
        if (text == toString(static_cast<GuestAct>(i))) return static_cast<GuestAct>(i);
    return std::nullopt;
}

base::Result<Negotiation> advance(const Negotiation& now, GuestAct act, api::Party by, int version) {
    using enum GuestState;
    if (isFinal(now.state)) return closed(now.state);
    const bool host = by == api::Party::host;
    if (now.state == draft && (!host || act == GuestAct::ask || act == GuestAct::hold || act == GuestAct::accept)) return closed(draft);
    const bool mine = host == (now.proposedBy == api::Party::host);
    const auto changed = [&]() -> base::Result<Negotiation> {
        return base::fail(ErrorKind::conflict, "terms_changed", "The terms were changed meanwhile.",
                          "Read version " + std::to_string(now.version) + " and decide about that one.");
    };
    Negotiation next = now;
    switch (act) {
        case GuestAct::send:
            if (!host) return notYours("Only the host sends an invitation.");
            if (now.state == draft) next.state = sent;
            return next;
        case GuestAct::open:
            if (!host && now.state == sent) next.state = opened;
            return next;
        case GuestAct::ask:
            // A question of the guest's side waits for the host; whatever the host says answers it. Signed terms stay signed.
            if (now.state == agreed) return next;
            if (!host) next.state = asked;
            if (host && now.state == asked) next.state = opened;
            return next;
        case GuestAct::counter:
            ++next.version;
            next.proposedBy = by;
            next.hostSigned = next.guestSigned = false;
            if (now.state != draft && !(host && now.state == sent)) next.state = countered;
            return next;
        case GuestAct::hold:
            if (now.state == agreed)
                return base::fail(ErrorKind::refused, "guest_agreed", "Both sides have signed already.", "Propose other terms, or decline.");
            next.state = held;
            return next;
        case GuestAct::accept:
            if (version != 0 && version != now.version) return changed();
            if (now.state == agreed || now.state == accepted) return next;
            if (mine)
                return base::fail(ErrorKind::refused, "own_terms", "These terms are your own proposal.", "Wait for the other side's answer.");
            next.state = accepted;
            return next;
        case GuestAct::decline:
            next.state = declined;
            return next;
        case GuestAct::sign:
            if (version != now.version) return changed();
            (host ? next.hostSigned : next.guestSigned) = true;
            if (next.hostSigned && next.guestSigned)
                next.state = agreed;
            else if (!mine)
                next.state = accepted;  // who signs the other side's proposal accepts it
            return next;
        case GuestAct::revoke:
            if (!host) return notYours("You may decline.");
            next.state = revoked;
            return next;
        case GuestAct::expire:
            if (now.state != agreed) next.state = expired;
            return next;
    }
    return next;
}

std::string_view toString(GuestColumn column) {
    switch (column) {
        case GuestColumn::invited: return "invited";
        case GuestColumn::talking: return "talking";
        case GuestColumn::agreed: return "agreed";
        case GuestColumn::scheduled: return "scheduled";
        case GuestColumn::done: return "done";
    }
    return {};
}
GuestColumn columnOf(GuestState state, bool scheduled, bool over) {
    switch (state) {
        case GuestState::draft:
        case GuestState::sent: return GuestColumn::invited;
        case GuestState::opened:
        case GuestState::asked:
        case GuestState::countered:
        case GuestState::held:
        case GuestState::accepted: return GuestColumn::talking;
        case GuestState::agreed:
            if (scheduled && over) return GuestColumn::done;
            return scheduled ? GuestColumn::scheduled : GuestColumn::agreed;
        case GuestState::declined:
        case GuestState::expired:
        case GuestState::revoked: return GuestColumn::done;
    }
    return GuestColumn::invited;
}

}  // namespace parlour::house
