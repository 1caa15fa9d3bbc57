// SPDX-License-Identifier: Apache-2.0
#ifndef _WIN32

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>

#include "core/base/log.h"
#include "core/server/admin.h"

namespace parlour::server {

using base::ErrorKind;

namespace {
constexpr int kLineTimeMs = 5'000;
constexpr int kPollMs = 200;
constexpr auto kAnswerTime = std::chrono::seconds(30);

struct Fd {
    int value = -1;
    explicit Fd(int fd = -1) : value(fd) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() {
        if (value >= 0) ::close(value);
    }
};

bool fillAddress(sockaddr_un& address, const std::string& file) {
    address = {};
    address.sun_family = AF_UNIX;
    if (file.size() >= sizeof(address.sun_path)) return false;
    std::memcpy(address.sun_path, file.c_str(), file.size() + 1);
    return true;
}

bool writeAll(int fd, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const auto n = ::send(fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
        if (n <= 0) return false;
        done += static_cast<std::size_t>(n);
    }
    return true;
}

/// Up to the newline; nullopt on the end, an overlong line or after `timeoutMs`.
std::optional<std::string> readLine(int fd, int timeoutMs, std::size_t max) {
    std::string line;
    char buffer[4096];
    for (int waited = 0; waited < timeoutMs;) {
        pollfd poller{fd, POLLIN, 0};
        const int ready = ::poll(&poller, 1, kPollMs);
        if (ready < 0 && errno != EINTR) return std::nullopt;
        if (ready <= 0) {
            waited += kPollMs;
            continue;
        }
        const auto n = ::recv(fd, buffer, sizeof buffer, 0);
        if (n <= 0) return std::nullopt;
        line.append(buffer, static_cast<std::size_t>(n));
        if (const auto end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
        if (line.size() > max) return std::nullopt;
    }
    return std::nullopt;
}
}  // namespace

struct AdminSocket::Impl {
    std::string file;
    base::Executor& net;
    Handle handle;
    Fd listener;
    std::atomic<bool> stopping{false};
    base::Thread thread;

    Impl(std::string path, base::Executor& executor, Handle handler, int fd)
        : file(std::move(path)), net(executor), handle(std::move(handler)), listener(fd) {}

    void serve() {
        while (!stopping) {
            pollfd poller{listener.value, POLLIN, 0};
            if (::poll(&poller, 1, kPollMs) <= 0) continue;
            const Fd client(::accept(listener.value, nullptr, nullptr));
            if (client.value < 0) continue;
            const auto line = readLine(client.value, kLineTimeMs, kMaxAdminLine);
            if (!line) continue;
            // The answer is waited for here, so net and house never wait for this client.
            auto promise = std::make_shared<std::promise<std::string>>();
            auto answered = std::make_shared<std::atomic<bool>>(false);
            auto future = promise->get_future();
            net.post([handler = handle, text = *line, promise, answered] {
                handler(text, [promise, answered](std::string reply) {
                    if (!answered->exchange(true)) promise->set_value(std::move(reply));
                });
            });
            for (auto waited = std::chrono::milliseconds(0); waited < kAnswerTime && !stopping; waited += std::chrono::milliseconds(kPollMs)) {
                if (future.wait_for(std::chrono::milliseconds(kPollMs)) != std::future_status::ready) continue;
                writeAll(client.value, future.get() + "\n");
                break;
            }
        }
    }
};

base::Result<std::unique_ptr<AdminSocket>> AdminSocket::listen(const std::string& file, base::Executor& net, Handle handle) {
    sockaddr_un address{};
    const auto failed = [&](const std::string& why) {
        return base::fail(ErrorKind::unavailable, "admin_socket", "The admin socket cannot be opened.",
                          "Check the data folder; its path may be too long.", file + ": " + why);
    };
    if (!fillAddress(address, file)) return failed("path too long");
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.value < 0) return failed(std::strerror(errno));
    ::unlink(file.c_str());  // stale: we hold the folder's lock
    // Nobody else gets here meanwhile: the folder is 0700.
    if (::bind(fd.value, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed(std::strerror(errno));
    if (::chmod(file.c_str(), 0600) != 0 || ::listen(fd.value, 16) != 0) return failed(std::strerror(errno));
    auto impl = std::make_shared<Impl>(file, net, std::move(handle), fd.value);
    fd.value = -1;
    impl->thread = base::Thread("admin", base::ThreadPriority::normal, [raw = impl.get()] { raw->serve(); });
    return std::unique_ptr<AdminSocket>(new AdminSocket(std::move(impl)));
}

AdminSocket::AdminSocket(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}

AdminSocket::~AdminSocket() {
    m_impl->stopping = true;
    m_impl->thread.join();
    ::unlink(m_impl->file.c_str());
}

base::Result<std::string> askAdminSocket(const std::string& file, const std::string& line) {
    sockaddr_un address{};
    const auto nobody = [&](const std::string& why) {
        return base::fail(ErrorKind::unreachable, "no_server", "No server runs on this data folder.", {}, why);
    };
    if (!fillAddress(address, file)) return nobody("path too long");
    const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.value < 0 || ::connect(fd.value, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return nobody(std::strerror(errno));
    if (!writeAll(fd.value, line + "\n"))
        return base::fail(ErrorKind::unreachable, "admin_lost", "The server closed the connection.", "Try again.");
    const auto answer = readLine(fd.value, static_cast<int>(std::chrono::milliseconds(kAnswerTime).count()), 16 * 1024 * 1024);
    if (!answer) return base::fail(ErrorKind::unreachable, "admin_lost", "The server did not answer.", "Try again.");
    return *answer;
}

}  // namespace parlour::server

#endif
