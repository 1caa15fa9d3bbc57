// SPDX-License-Identifier: Apache-2.0
// The folder that is a house: 0700, ours, locked by one process at a time (security: T49). Files in it are 0600.
#pragma once

#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/base/time.h"

namespace parlour::server {

/// STATE_DIRECTORY (systemd), else XDG_DATA_HOME/parlourd, else ~/.local/share/parlourd.
std::string defaultDataFolder();
/// "process 12 on host": how this process is told to others that want what it holds.
std::string thisProcess();

/// Held until it is destroyed or the process dies.
class FileLock {
  public:
    /// Waits up to `wait`. conflict with this code; `what` ends the sentence "Another parlourd (process 12) …".
    static base::Result<std::unique_ptr<FileLock>> take(const std::string& file, base::Duration wait, const std::string& code, const std::string& what,
                                                        const std::string& advice);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

  private:
    struct Handle;
    explicit FileLock(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> m_handle;
};

class DataFolder {
  public:
    /// What links pin, made at the first start where strangers can listen.
    static constexpr const char* kCertificateFile = "tls-cert.pem";
    static constexpr const char* kKeyFile = "tls-key.pem";

    /// Makes the folder if missing. Waits up to `wait` for the lock. Errors: unavailable "data_folder" (rights, owner,
    /// not a folder), conflict "data_folder_in_use".
    static base::Result<std::unique_ptr<DataFolder>> open(const std::string& path, base::Duration wait);
    /// Gives the lock back.
    ~DataFolder();
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;

    const std::string& path() const { return m_path; }
    static std::string databaseFile(const std::string& path) { return path + "/house.db"; }
    /// For Store::open(): what is configured, else the folder's own database.
    static std::string storePlace(const std::string& path, const std::string& configured) {
        return configured.empty() ? databaseFile(path) : configured;
    }
    std::string socketFile() const { return socketFile(m_path); }
    static std::string socketFile(const std::string& path) { return path + "/admin.sock"; }

    /// A file that was just written survives a power cut from here on. Anywhere, not only in the folder.
    static bool makeDurable(const std::string& file);
    /// Writes a 0600 file atomically (temporary name, fsync, rename).
    base::Result<void> writeFile(const std::string& name, const std::string& text) const;
    /// notFound when missing.
    base::Result<std::string> readFile(const std::string& name) const;

  private:
    DataFolder(std::string path, std::unique_ptr<FileLock> lock);
    std::string m_path;
    std::unique_ptr<FileLock> m_lock;
};

}  // namespace parlour::server
