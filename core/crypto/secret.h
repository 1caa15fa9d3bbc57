// SPDX-License-Identifier: Apache-2.0
// Bytes that must not be printed and do not stay in memory: wiped when destroyed or moved from, no stream operator,
// no implicit copy, compared in constant time.
#pragma once

#include <iosfwd>
#include <string_view>

#include "core/base/byte_io.h"

namespace parlour::crypto {

/// Overwrites in a way the compiler may not leave out.
void wipe(std::span<std::byte> bytes);

class Secret {
  public:
    Secret() = default;
    explicit Secret(base::Bytes bytes) : m_bytes(std::move(bytes)) {}
    static Secret copyOf(base::ByteView bytes) { return Secret(base::toBytes(bytes)); }
    static Secret copyOf(std::string_view text) { return copyOf(base::asBytes(text)); }
    Secret(Secret&& other) noexcept : m_bytes(std::move(other.m_bytes)) { other.m_bytes.clear(); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe(m_bytes);
            m_bytes = std::move(other.m_bytes);
            other.m_bytes.clear();
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(m_bytes); }

    Secret clone() const { return copyOf(view()); }
    /// Named so that a review sees every place that takes the bytes out.
    base::ByteView view() const { return m_bytes; }
    std::size_t size() const { return m_bytes.size(); }
    bool empty() const { return m_bytes.empty(); }
    friend bool operator==(const Secret& a, const Secret& b);

  private:
    base::Bytes m_bytes;
};

template <class Char, class Traits>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>&, const Secret&) = delete;

}  // namespace parlour::crypto
