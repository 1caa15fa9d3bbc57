// SPDX-License-Identifier: Apache-2.0
// Big-endian reading and writing of wire bytes, bounds first. A reader that ran out stays failed and returns zeros,
// so a parser checks ok() once at its end. No casts over buffers anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parlour::base {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView asBytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view asText(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes toBytes(ByteView view) { return Bytes(view.begin(), view.end()); }

class ByteReader {
  public:
    explicit ByteReader(ByteView data) : m_data(data) {}

    bool ok() const { return m_ok; }
    std::size_t position() const { return m_pos; }
    std::size_t remaining() const { return m_ok ? m_data.size() - m_pos : 0; }

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    ByteView bytes(std::size_t count) {
        if (!need(count)) return {};
        const auto view = m_data.subspan(m_pos, count);
        m_pos += count;
        return view;
    }
    ByteView rest() { return bytes(remaining()); }
    void skip(std::size_t count) { (void)bytes(count); }

  private:
    bool need(std::size_t count) {
        if (!m_ok || m_data.size() - m_pos < count) m_ok = false;
        return m_ok;
    }
    std::uint64_t number(std::size_t count) {
        if (!need(count)) return 0;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i) value = (value << 8) | std::to_integer<std::uint64_t>(m_data[m_pos + i]);
        m_pos += count;
        return value;
    }

    ByteView m_data;
    std::size_t m_pos = 0;
    bool m_ok = true;
};

/// Appends to a vector it owns.
class ByteWriter {
  public:
    void u8(std::uint8_t v) { number(v, 1); }
    void u16(std::uint16_t v) { number(v, 2); }
    void u24(std::uint32_t v) { number(v, 3); }
    void u32(std::uint32_t v) { number(v, 4); }
    void u64(std::uint64_t v) { number(v, 8); }
    void bytes(ByteView view) { m_out.insert(m_out.end(), view.begin(), view.end()); }
    void text(std::string_view view) { bytes(asBytes(view)); }
    /// Overwrites two bytes written before, e.g. a length field.
    void patchU16(std::size_t at, std::uint16_t v) {
        m_out.at(at) = static_cast<std::byte>(v >> 8);
        m_out.at(at + 1) = static_cast<std::byte>(v & 0xff);
    }
    std::size_t size() const { return m_out.size(); }
    ByteView view() const { return m_out; }
    Bytes take() { return std::move(m_out); }

  private:
    void number(std::uint64_t v, int count) {
        for (int i = count - 1; i >= 0; --i) m_out.push_back(static_cast<std::byte>((v >> (8 * i)) & 0xff));
    }
    Bytes m_out;
};

/// RFC 4648 section 5 without padding, unless asked for.
std::string toBase64Url(ByteView data, bool padded = false);
/// Accepts with or without padding; nullopt on any foreign character.
std::optional<Bytes> fromBase64Url(std::string_view text);
std::string toBase64(ByteView data);
std::optional<Bytes> fromBase64(std::string_view text);
std::string toHex(ByteView data);
std::optional<Bytes> fromHex(std::string_view text);
/// RFC 4648 section 6 alphabet in lower case, no padding.
std::string toBase32Lower(ByteView data);

}  // namespace parlour::base
