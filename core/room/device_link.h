// SPDX-License-Identifier: Apache-2.0
// Bringing a person to a second computer through a mailbox that a house keeps for ten minutes and cannot read (rooms and
// invitations, section 4.5). Two ways, both without a short code as a key:
//   code      the old computer shows a code with 256 bits (text or QR); whoever has it opens the one message
//   compared  both computers agree on a key (X25519); the new one commits to its key before it sees the other's, so that nobody
//             between them can look for keys that give the same six digits; a person compares the digits, then the seed goes
// Pure: fed with the other side's messages, drained of ours. Messages are words and base64url: fuzzed. Thread: any one.
//
//   compared:  new → commit H(pubNew|nonce) · old → key pubOld · new → open pubNew|nonce · [digits compared] · old → seed SEALED
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/crypto/key_exchange.h"
#include "core/crypto/secret.h"

namespace parlour::room {

/// What the old computer shows and the new one is given: "parlour-link:ORIGIN#s=SLOT[&k=KEY][&p=PIN]".
struct LinkCode {
    std::string origin;              ///< "https://host[:port]", or http for loopback
    std::string slot;                ///< of the mailbox
    std::optional<crypto::Secret> key;   ///< 32 bytes; absent = compared
    std::string pin;

    /// A fresh one for `key`.
    static crypto::Secret newKey();
    std::string text() const;
    /// invalidInput "link_code".
    static base::Result<LinkCode> parse(std::string_view text);
};

enum class LinkState {
    waiting,    ///< for the other side
    compare,    ///< digits() are to be compared by a person
    done,       ///< old: the seed has gone · new: seed() is there
    failed,     ///< somebody is between, or the other side is not ours
};

/// The old computer.
class LinkGiver {
  public:
    LinkGiver(std::string slot, crypto::Secret seed, std::optional<crypto::Secret> key);
    /// Our first message; nothing when the other side begins.
    std::optional<std::string> start();
    /// The other side's message; our answer, if any. untrusted "link_failed" ends it.
    base::Result<std::optional<std::string>> handle(std::string_view message);
    /// Six digits, in state compare.
    const std::string& digits() const { return m_digits; }
    /// A person has seen the same digits on both: the message with the seed.
    std::optional<std::string> confirm();
    LinkState state() const { return m_state; }

  private:
    base::Unexpected<base::Error> fail();
    std::string m_slot;
    crypto::Secret m_seed;
    std::optional<crypto::Secret> m_key;
    crypto::KeyExchange m_exchange;
    std::string m_commitment;
    std::optional<crypto::Secret> m_shared;
    std::string m_digits;
    LinkState m_state = LinkState::waiting;
};

/// The new computer.
class LinkTaker {
  public:
    LinkTaker(std::string slot, std::optional<crypto::Secret> key);
    std::optional<std::string> start();
    base::Result<std::optional<std::string>> handle(std::string_view message);
    const std::string& digits() const { return m_digits; }
    LinkState state() const { return m_state; }
    /// In state done: the person's seed.
    const crypto::Secret& seed() const { return m_seed; }

  private:
    base::Unexpected<base::Error> fail();
    std::string m_slot;
    std::optional<crypto::Secret> m_key;
    crypto::KeyExchange m_exchange;
    base::Bytes m_nonce;
    std::optional<crypto::Secret> m_shared;
    std::string m_digits;
    crypto::Secret m_seed;
    LinkState m_state = LinkState::waiting;
};

}  // namespace parlour::room
