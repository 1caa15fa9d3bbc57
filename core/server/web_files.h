// SPDX-License-Identifier: Apache-2.0
// The files of the invitation page (core/server/web), compiled in. Any thread.
#pragma once

#include <span>
#include <string_view>

namespace parlour::server {

struct WebFile {
    std::string_view name;   ///< "page.html"
    std::string_view text;
    bool gzip = false;       ///< `text` is packed; every browser unpacks it
};
std::span<const WebFile> webFiles();

}  // namespace parlour::server
