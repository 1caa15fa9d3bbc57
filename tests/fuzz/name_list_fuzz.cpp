// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_api
// Lists of names from anywhere: whatever comes out can be shown, is within the limits, and is read back as it was written.
#include <cstdlib>
#include <set>

#include "core/api/limits.h"
#include "core/api/member_types.h"
#include "core/api/name_list.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto list = api::parseNameList({reinterpret_cast<const char*>(data), size});
    if (!list) {
        if (list.error().kind != base::ErrorKind::invalidInput || list.error().message.empty()) std::abort();
        return 0;
    }
    if (list->size() > api::kMaxBatch || std::set<std::string>(list->begin(), list->end()).size() != list->size()) std::abort();
    std::string written = "Name\r\n";
    for (const auto& name : *list) {
        if (name.empty() || name.size() > api::kMaxNameBytes || name.front() == ' ' || name.back() == ' ') std::abort();
        written += '"';
        for (const char c : name) {
            if (static_cast<unsigned char>(c) < 0x20) std::abort();
            written += c == '"' ? "\"\"" : std::string(1, c);
        }
        written += "\"\r\n";
    }
    const auto again = api::parseNameList(written);
    if (!again || *again != *list) std::abort();
    return 0;
}
