// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/hash_chain.h"

#include "core/crypto/hash.h"

namespace parlour::crypto {

std::string chainHash(std::string_view previous, base::ByteView statement) {
    return base::toHex(sha256({base::asBytes(previous), statement}));
}

bool ChainCheck::add(std::uint64_t n, base::ByteView statement, std::string_view hash) {
    if (m_found) return false;
    if (n != m_last.n + 1) {
        m_found = Found{Fault::gap, n <= m_last.n ? n : m_last.n + 1};
        return false;
    }
    auto expected = chainHash(m_last.hash, statement);
    if (expected != hash) {
        m_found = Found{Fault::changed, n};
        return false;
    }
    m_last = {n, std::move(expected)};
    return true;
}

bool ChainCheck::finish(const ChainLink& head) {
    if (m_found) return false;
    if (m_last == head) return true;
    if (m_last.n < head.n)
        m_found = Found{Fault::cut, m_last.n + 1};
    else if (m_last.n > head.n)
        m_found = Found{Fault::gap, head.n + 1};  // rows that nobody signed for
    else
        m_found = Found{Fault::changed, m_last.n};
    return false;
}

}  // namespace parlour::crypto
