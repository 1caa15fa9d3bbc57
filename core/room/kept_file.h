// SPDX-License-Identifier: Apache-2.0
// Small texts in a person's folder that several programs of the person keep at the same time (app, parlourctl twice): read before
// each change, under a lock, written whole into a draft of its own name and renamed. So nobody's change is lost, and a crash
// leaves the old text or the new one. Mode 0600. For what may be lost by a power cut: nothing is waited for on the disk.
// Any thread; blocks for a moment only: who holds the lock too long is not waited for.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/base/error.h"

namespace parlour::room {

/// The text, "" where there is no such file; nothing where it cannot be read, is no plain file or longer than `most` bytes.
std::optional<std::string> readKept(const std::filesystem::path& file, std::size_t most);

/// `change` is given what readKept() says and answers what is to stand there, or nothing: it stays as it is. The folder is made
/// (0700) where it is missing. Errors: unavailable "home_unwritable".
base::Result<void> changeKept(const std::filesystem::path& file, std::size_t most,
                              const std::function<std::optional<std::string>(const std::optional<std::string>&)>& change);

}  // namespace parlour::room
