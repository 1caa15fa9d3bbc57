// SPDX-License-Identifier: Apache-2.0
// A value or the reason why there is none, with the member names of C++23's std::expected.
#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

namespace parlour::base {

template <class E>
class Unexpected {
  public:
    explicit Unexpected(E error) : m_error(std::move(error)) {}
    E& error() & { return m_error; }
    const E& error() const& { return m_error; }
    E&& error() && { return std::move(m_error); }

  private:
    E m_error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class T, class E>
class [[nodiscard]] Expected {
  public:
    using value_type = T;
    using error_type = E;

    Expected(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    template <class G>
        requires std::is_convertible_v<G, E>
    Expected(Unexpected<G> error) : m_state(std::in_place_index<1>, std::move(error).error()) {}

    bool has_value() const { return m_state.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & { return *std::get_if<0>(&m_state); }
    const T& value() const& { return *std::get_if<0>(&m_state); }
    T&& value() && { return std::move(*std::get_if<0>(&m_state)); }
    T& operator*() & { assert(has_value()); return value(); }
    const T& operator*() const& { assert(has_value()); return value(); }
    T&& operator*() && { assert(has_value()); return std::move(*this).value(); }
    T* operator->() { assert(has_value()); return std::get_if<0>(&m_state); }
    const T* operator->() const { assert(has_value()); return std::get_if<0>(&m_state); }

    E& error() & { assert(!has_value()); return *std::get_if<1>(&m_state); }
    const E& error() const& { assert(!has_value()); return *std::get_if<1>(&m_state); }
    E&& error() && { assert(!has_value()); return std::move(*std::get_if<1>(&m_state)); }

    template <class U>
    T value_or(U&& other) const& {
        return has_value() ? value() : static_cast<T>(std::forward<U>(other));
    }

  private:
    std::variant<T, E> m_state;
};

template <class E>
class [[nodiscard]] Expected<void, E> {
  public:
    using value_type = void;
    using error_type = E;

    Expected() = default;
    template <class G>
        requires std::is_convertible_v<G, E>
    Expected(Unexpected<G> error) : m_error(std::in_place_index<1>, std::move(error).error()) {}

    bool has_value() const { return m_error.index() == 0; }
    explicit operator bool() const { return has_value(); }
    E& error() & { assert(!has_value()); return *std::get_if<1>(&m_error); }
    const E& error() const& { assert(!has_value()); return *std::get_if<1>(&m_error); }
    E&& error() && { assert(!has_value()); return std::move(*std::get_if<1>(&m_error)); }

  private:
    std::variant<std::monostate, E> m_error;
};

}  // namespace parlour::base
