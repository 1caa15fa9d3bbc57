// SPDX-License-Identifier: Apache-2.0
// The desktop's keychain (Secret Service, KWallet, macOS, Windows), where this program was built with QtKeychain. Each call runs
// an event loop of its own until the keychain has answered: somebody may have to type its password. Thread: UI.
#pragma once

#include <QString>

#include <chrono>
#include <optional>

#include "core/base/byte_io.h"
#include "core/base/error.h"

namespace parlour::ui {

class Keychain {
  public:
    /// How long somebody may take to unlock it.
    static constexpr std::chrono::milliseconds kPatience{60'000};

    virtual ~Keychain() = default;
    /// False: built without QtKeychain, so that nothing else here ever works.
    static bool built();

    /// No entry of this name is no error. unavailable "keychain_unavailable" when there is none, or it stays locked.
    virtual base::Result<std::optional<base::Bytes>> read(const QString& name);
    virtual base::Result<void> write(const QString& name, base::ByteView secret);
    virtual base::Result<void> remove(const QString& name);
};

}  // namespace parlour::ui
