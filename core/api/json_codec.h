// SPDX-License-Identifier: Apache-2.0
// Private to core/api/*_json.cpp: how a type's one description becomes JSON and comes back. A file describes its types by
// overloads of describe(), constrained with Same<>, and ends with PARLOUR_JSON(T) for each type that travels by itself;
// words of an enum come from parseWord() and toString() beside it. Pure; any thread.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/api/house_json.h"
#include "core/api/limits.h"

namespace parlour::api {

using Json = nlohmann::json;
inline constexpr int kMaxDepth = 8;
inline constexpr std::size_t kMaxList = 10'000;
inline constexpr std::size_t kText = 512;  ///< bytes of a string field unless told otherwise

struct Bad {
    std::string field;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<base::StringId<Tag>> : std::true_type {};

std::optional<Role> parseWord(std::type_identity<Role>, std::string_view text);
std::optional<InvitationKind> parseWord(std::type_identity<InvitationKind>, std::string_view text);
std::optional<StageVerb> parseWord(std::type_identity<StageVerb>, std::string_view text);
std::optional<RevokeScope> parseWord(std::type_identity<RevokeScope>, std::string_view text);

/// required: absent is an error; optional: the default stays.
enum class Need { required, optional };

struct Writer {
    Json out = Json::object();

    template <class T>
    void field(const char* name, const T& value, Need = Need::required, std::size_t = 0) {
        if constexpr (IsOptional<T>::value) {
            if (value) out[name] = one(*value);
        } else {
            out[name] = one(value);
        }
    }
    template <class T>
    static Json one(const T& value) {
        if constexpr (IsId<T>::value) {
            return value.str();
        } else if constexpr (std::is_enum_v<T>) {
            return std::string(toString(value));
        } else if constexpr (IsVector<T>::value) {
            Json list = Json::array();
            for (const auto& item : value) list.push_back(one(item));
            return list;
        } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
            return value;
        } else {
            Writer inner;
            describe(inner, value);
            return std::move(inner.out);
        }
    }
};

struct Reader {
    const Json& in;

    template <class T>
    void field(const char* name, T& value, Need need = Need::required, std::size_t max = kText) {
        const auto it = in.find(name);
        if (it == in.end() || it->is_null()) {
            if constexpr (IsOptional<T>::value) {
                value.reset();
                return;
            } else {
                if (need == Need::required) throw Bad{name};
                return;
            }
        }
        if constexpr (IsOptional<T>::value)
            one(name, *it, value.emplace(), max);
        else
            one(name, *it, value, max);
    }
    template <class T>
    static void one(const char* name, const Json& json, T& value, std::size_t max) {
        if constexpr (IsId<T>::value) {
            std::string text;
            one(name, json, text, 64);
            value = T(std::move(text));
        } else if constexpr (std::is_enum_v<T>) {
            std::string text;
            one(name, json, text, 64);
            const auto parsed = parseWord(std::type_identity<T>{}, text);
            if (!parsed) throw Bad{name};
            value = *parsed;
        } else if constexpr (IsVector<T>::value) {
            if (!json.is_array() || json.size() > kMaxList) throw Bad{name};
            value.clear();
            value.reserve(json.size());
            for (const auto& item : json) one(name, item, value.emplace_back(), max);
        } else if constexpr (std::is_same_v<T, bool>) {
            if (!json.is_boolean()) throw Bad{name};
            value = json.get<bool>();
        } else if constexpr (std::is_integral_v<T>) {
            number(name, json, value);
        } else if constexpr (std::is_same_v<T, std::string>) {
            if (!json.is_string()) throw Bad{name};
            value = json.get_ref<const std::string&>();
            if (value.size() > max) throw Bad{name};
        } else {
            if (!json.is_object()) throw Bad{name};
            Reader inner{json};
            describe(inner, value);
        }
    }
    template <class T>
    static void number(const char* name, const Json& json, T& value) {
        if (json.is_number_unsigned()) {
            const auto n = json.get<std::uint64_t>();
            if (n > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) throw Bad{name};
            value = static_cast<T>(n);
        } else if (json.is_number_integer() && std::is_signed_v<T>) {
            const auto n = json.get<std::int64_t>();
            if (n < static_cast<std::int64_t>(std::numeric_limits<T>::min())) throw Bad{name};
            value = static_cast<T>(n);
        } else {
            throw Bad{name};
        }
    }
};

template <class T, class U>
concept Same = std::is_same_v<std::remove_const_t<T>, U>;

/// nlohmann's parser with a depth limit: deep nesting is refused before any tree grows.
inline Json parseLimited(std::string_view text) {
    const auto limit = [](int depth, Json::parse_event_t, Json&) {
        if (depth > kMaxDepth) throw Bad{"nesting"};
        return true;
    };
    return Json::parse(text.begin(), text.end(), limit);
}

template <class T>
std::string toJson(const T& value) {
    // Invalid UTF-8 becomes U+FFFD instead of an exception: stored names are clean, details may not be.
    return Writer::one(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
base::Result<T> fromJson(std::string_view text) {
    if (text.size() > kMaxApiBody)
        return base::fail(base::ErrorKind::invalidInput, "too_large", "The message is too large.", {},
                          std::to_string(text.size()) + " bytes");
    try {
        const Json json = parseLimited(text);
        T value{};
        Reader::one("body", json, value, kText);
        return value;
    } catch (const Bad& bad) {
        return base::fail(base::ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, bad.field);
    } catch (const Json::exception&) {
        return base::fail(base::ErrorKind::invalidInput, "bad_json", "The message is not valid JSON.");
    }
}

#define PARLOUR_JSON(T)                                  \
    template std::string toJson<T>(const T&);            \
    template base::Result<T> fromJson<T>(std::string_view);

}  // namespace parlour::api
