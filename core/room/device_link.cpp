// SPDX-License-Identifier: Apache-2.0
#include "core/room/device_link.h"

#include <array>
#include <cstdio>

#include "core/crypto/aead.h"
#include "core/crypto/hash.h"
#include "core/crypto/hkdf.h"
#include "core/crypto/random.h"
#include "core/signal/invite_link.h"

namespace parlour::room {

namespace {

using base::ErrorKind;

constexpr std::string_view kScheme = "parlour-link:";
constexpr std::size_t kKeyBytes = 32, kNonceBytes = 16, kSeedBytes = 32;
constexpr std::size_t kMaxCode = 1024, kMaxMessage = 1024;

base::Unexpected<base::Error> badCode() {
    return base::fail(ErrorKind::invalidInput, "link_code", "This is not a code for linking computers, or it is incomplete.",
                      "Copy the whole code from the other computer.");
}

bool isToken(std::string_view text, std::size_t min, std::size_t max) {
    if (text.size() < min || text.size() > max) return false;
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

/// The bytes of "WORD BASE64URL", nullopt for anything else.
std::optional<base::Bytes> payload(std::string_view message, std::string_view word) {
    if (message.size() > kMaxMessage || !message.starts_with(word) || message.size() <= word.size() || message[word.size()] != ' ')
        return std::nullopt;
    return base::fromBase64Url(message.substr(word.size() + 1));
}
std::string message(std::string_view word, base::ByteView bytes) { return std::string(word) + " " + base::toBase64Url(bytes); }

std::string commitment(base::ByteView publicKey, base::ByteView nonce) {
    return base::toBase64Url(crypto::sha256({base::asBytes("parlour link commit v1"), publicKey, nonce}));
}

/// What both sides bind to everything they have seen.
base::Bytes transcript(std::string_view label, std::string_view slot, base::ByteView oldKey, base::ByteView newKey) {
    base::ByteWriter out;
    out.text(label);
    out.u8(static_cast<std::uint8_t>(slot.size()));
    out.text(slot);
    out.bytes(oldKey);
    out.bytes(newKey);
    return out.take();
}

std::string digitsOf(const crypto::Secret& shared, std::string_view slot, base::ByteView oldKey, base::ByteView newKey) {
    const auto bytes = crypto::hkdfSha256(shared.view(), {}, transcript("parlour link digits v1", slot, oldKey, newKey), 8);
    base::ByteReader reader(bytes.view());
    char text[8];
    std::snprintf(text, sizeof text, "%06llu", static_cast<unsigned long long>(reader.u64() % 1'000'000));
    return text;
}

crypto::Secret sealKey(const crypto::Secret& secret, std::string_view slot) {
    return crypto::deriveSeed(secret.view(), "parlour link seed v1", slot);
}

}  // namespace

crypto::Secret LinkCode::newKey() { return crypto::Secret(crypto::randomBytes(kKeyBytes)); }

std::string LinkCode::text() const {
    std::string out = std::string(kScheme) + origin + "#s=" + slot;
    if (key) out += "&k=" + base::toBase64Url(key->view());
    if (!pin.empty()) out += "&p=" + pin;
    return out;
}

base::Result<LinkCode> LinkCode::parse(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    if (text.size() > kMaxCode || !text.starts_with(kScheme)) return badCode();
    text.remove_prefix(kScheme.size());
    const auto mark = text.find('#');
    if (mark == std::string_view::npos) return badCode();
    LinkCode out;
    // The rules of an invitation's address: https, http only for this computer.
    const auto origin = signal::parseOrigin(text.substr(0, mark));
    if (!origin || (!origin->secure && !origin->isLoopback())) return badCode();
    out.origin = origin->str();
    auto rest = text.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto field = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (field.size() < 3 || field[1] != '=') return badCode();
        const auto value = field.substr(2);
        if (field[0] == 's' && isToken(value, 16, 64)) {
            out.slot = value;
        } else if (field[0] == 'k') {
            auto bytes = base::fromBase64Url(value);
            if (!bytes || bytes->size() != kKeyBytes) return badCode();
            out.key = crypto::Secret(std::move(*bytes));
        } else if (field[0] == 'p' && isToken(value, 43, 43)) {
            out.pin = value;
        } else {
            return badCode();
        }
    }
    if (out.slot.empty()) return badCode();
    return out;
}

// ---- the old computer

LinkGiver::LinkGiver(std::string slot, crypto::Secret seed, std::optional<crypto::Secret> key)
    : m_slot(std::move(slot)), m_seed(std::move(seed)), m_key(std::move(key)), m_exchange(crypto::KeyExchange::generate()) {}

base::Unexpected<base::Error> LinkGiver::fail() {
    m_state = LinkState::failed;
    return base::fail(ErrorKind::untrusted, "link_failed", "The other computer did not answer as it should; nothing was given away.",
                      "Start again. If it happens twice, somebody may be listening in: use the exported file instead.");
}

std::optional<std::string> LinkGiver::start() {
    if (!m_key || m_state != LinkState::waiting) return std::nullopt;
    m_state = LinkState::done;
    return message("seed", crypto::seal(sealKey(*m_key, m_slot), m_seed.view(), base::asBytes(m_slot)));
}

base::Result<std::optional<std::string>> LinkGiver::handle(std::string_view text) {
    if (m_state == LinkState::done) return std::optional<std::string>{};
    if (m_state != LinkState::waiting || m_key) return fail();
    if (m_commitment.empty()) {
        const auto bytes = payload(text, "commit");
        if (!bytes || bytes->size() != 32) return fail();
        m_commitment = base::toBase64Url(*bytes);
        return std::optional(message("key", m_exchange.publicKey()));
    }
    const auto opened = payload(text, "open");
    if (!opened || opened->size() != kKeyBytes + kNonceBytes) return fail();
    const base::ByteView theirs = base::ByteView(*opened).first(kKeyBytes);
    if (!crypto::equalConstantTime(commitment(theirs, base::ByteView(*opened).subspan(kKeyBytes)), m_commitment)) return fail();
    m_shared = m_exchange.shared(theirs);
    if (!m_shared) return fail();
    m_digits = digitsOf(*m_shared, m_slot, m_exchange.publicKey(), theirs);
    m_state = LinkState::compare;
    return std::optional<std::string>{};
}

std::optional<std::string> LinkGiver::confirm() {
    if (m_state != LinkState::compare) return std::nullopt;
    m_state = LinkState::done;
    return message("seed", crypto::seal(sealKey(*m_shared, m_slot), m_seed.view(), base::asBytes(m_slot)));
}

// ---- the new computer

LinkTaker::LinkTaker(std::string slot, std::optional<crypto::Secret> key)
    : m_slot(std::move(slot)), m_key(std::move(key)), m_exchange(crypto::KeyExchange::generate()),
      m_nonce(crypto::randomBytes(kNonceBytes)) {}

base::Unexpected<base::Error> LinkTaker::fail() {
    m_state = LinkState::failed;
    return base::fail(ErrorKind::untrusted, "link_failed", "The other computer did not answer as it should.",
                      "Make a new code on the other computer and start again.");
}

std::optional<std::string> LinkTaker::start() {
    if (m_key) return std::nullopt;
    const auto bytes = base::fromBase64Url(commitment(m_exchange.publicKey(), m_nonce));
    return message("commit", *bytes);
}

base::Result<std::optional<std::string>> LinkTaker::handle(std::string_view text) {
    if (m_state == LinkState::done) return std::optional<std::string>{};
    if (m_state == LinkState::failed) return fail();
    if (!m_key && !m_shared) {
        const auto theirs = payload(text, "key");
        if (!theirs || theirs->size() != kKeyBytes) return fail();
        m_shared = m_exchange.shared(*theirs);
        if (!m_shared) return fail();
        m_digits = digitsOf(*m_shared, m_slot, *theirs, m_exchange.publicKey());
        m_state = LinkState::compare;
        base::Bytes opened(m_exchange.publicKey().begin(), m_exchange.publicKey().end());
        opened.insert(opened.end(), m_nonce.begin(), m_nonce.end());
        return std::optional(message("open", opened));
    }
    const auto sealed = payload(text, "seed");
    if (!sealed) return fail();
    auto seed = crypto::unseal(sealKey(m_key ? *m_key : *m_shared, m_slot), *sealed, base::asBytes(m_slot));
    if (!seed || seed->size() != kSeedBytes) return fail();
    m_seed = std::move(*seed);
    m_state = LinkState::done;
    return std::optional<std::string>{};
}

}  // namespace parlour::room
