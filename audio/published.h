// SPDX-License-Identifier: Apache-2.0
// A value one thread writes and any thread reads: the writer never waits, a reader repeats when it was overtaken
// (seqlock on relaxed words, so no torn value is ever returned and thread sanitizers understand it).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace parlour::audio {

template <class T>
class Published {
    static_assert(std::is_trivially_copyable_v<T>);
    static constexpr std::size_t kWords = (sizeof(T) + 7) / 8;

  public:
    Published() { publish(T{}); }

    /// One writer.
    void publish(const T& value) {
        std::array<std::uint64_t, kWords> raw{};
        std::memcpy(raw.data(), &value, sizeof(T));
        const auto version = m_version.load(std::memory_order_relaxed);
        m_version.store(version + 1, std::memory_order_relaxed);
        for (std::size_t i = 0; i < kWords; ++i) m_words[i].store(raw[i], std::memory_order_release);
        m_version.store(version + 2, std::memory_order_release);
    }
    /// Any thread.
    T read() const {
        std::array<std::uint64_t, kWords> raw{};
        while (true) {
            const auto before = m_version.load(std::memory_order_acquire);
            for (std::size_t i = 0; i < kWords; ++i) raw[i] = m_words[i].load(std::memory_order_acquire);
            if (before % 2 == 0 && m_version.load(std::memory_order_relaxed) == before) break;
        }
        T value{};
        std::memcpy(static_cast<void*>(&value), raw.data(), sizeof(T));
        return value;
    }

  private:
    std::atomic<std::uint32_t> m_version{0};
    std::array<std::atomic<std::uint64_t>, kWords> m_words{};
};

}  // namespace parlour::audio
