// SPDX-License-Identifier: Apache-2.0
#include "core/net/tcp_stream.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <list>
#include <type_traits>

#include "core/net/endpoint.h"
#include "core/net/resolver.h"
#include "core/net/tcp_listener.h"
#include "core/net/tls_context.h"

namespace parlour::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using TlsSocket = asio::ssl::stream<tcp::socket>;

namespace {

constexpr auto kAttemptDelay = std::chrono::milliseconds(250);  // RFC 8305 section 5
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

/// One connected socket. Lives as long as an operation runs or the user holds the pointer of handle().
template <class Socket>
class Connection final : public TcpStream, public std::enable_shared_from_this<Connection<Socket>> {
  public:
    static constexpr bool kTls = std::is_same_v<Socket, TlsSocket>;
    static constexpr std::size_t kReadBytes = 8192;

    Connection(EventLoop& loop, Socket socket, std::shared_ptr<void> ticket)
        : m_loop(loop), m_socket(std::move(socket)), m_ticket(std::move(ticket)) {
        error_code ignored;
        m_local = fromEndpoint(tcpSocket().local_endpoint(ignored));
        m_remote = fromEndpoint(tcpSocket().remote_endpoint(ignored));
        tcpSocket().set_option(tcp::no_delay(true), ignored);
        if constexpr (kTls)
            m_buffer.resize(kReadBytes);
        else
            tcpSocket().non_blocking(true, ignored);
    }

    /// Its last copy going away closes the connection and silences it.
    std::shared_ptr<TcpStream> handle() {
        return {this, [self = this->shared_from_this()](TcpStream*) { self->abandon(); }};
    }

    base::SocketAddress localAddress() const override { return m_local; }
    base::SocketAddress remoteAddress() const override { return m_remote; }
    bool isSecure() const override { return kTls; }
    std::size_t queuedBytes() const override { return m_waiting.size() + m_writing.size(); }

    void send(std::span<const std::byte> bytes) override {
        if (m_ended || m_closing || bytes.empty()) return;
        if constexpr (!kTls) bytes = bytes.subspan(writeNow(bytes));
        if (bytes.empty()) return;
        m_waiting.insert(m_waiting.end(), bytes.begin(), bytes.end());
        write();
    }

    void onBytes(std::function<void(std::span<const std::byte>)> receiver) override {
        m_receiver = receiver ? std::make_shared<Receiver>(std::move(receiver)) : nullptr;
        if (m_receiver) setReading(true);
    }
    void onClosed(std::function<void(base::Error)> closed) override { m_onClosed = std::move(closed); }

    void setReading(bool on) override {
        m_reading = on;
        if (!on || m_ended) return;
        if (m_held > 0) {
            m_loop.post([self = this->shared_from_this()] { self->deliver(); });
        } else {
            read();
        }
    }

    void close() override { end({base::ErrorKind::cancelled, "closed", "The connection was closed."}); }

    void closeAfterSending(base::Duration within) override {
        if (m_ended || m_closing) return;
        m_closing = true;
        // The user may let go now: the loop's timer keeps us until end(), or until the loop itself goes.
        const auto kept = std::make_shared<std::shared_ptr<Connection>>(this->shared_from_this());
        m_kept = kept;
        m_closeTimer = m_loop.postAfter(within, [kept] {
            if (const auto self = *kept) self->close();
        });
        if (queuedBytes() == 0) shutDown();
    }

  private:
    using Receiver = std::function<void(std::span<const std::byte>)>;

    tcp::socket& tcpSocket() {
        if constexpr (kTls)
            return m_socket.next_layer();
        else
            return m_socket;
    }

    void abandon() {
        m_receiver = nullptr;
        m_onClosed = nullptr;
        if (!m_closing) close();
    }

    void read() {
        if (m_readPending || m_held > 0 || m_ended) return;
        m_readPending = true;
        if constexpr (kTls)
            m_socket.async_read_some(asio::buffer(m_buffer),
                                     [self = this->shared_from_this()](const error_code& error, std::size_t count) {
                                         self->m_readPending = false;
                                         if (self->m_ended) return;
                                         if (error) return self->readFailed(error);
                                         self->m_held = count;
                                         self->deliver();
                                     });
        else
            m_socket.async_wait(tcp::socket::wait_read, [self = this->shared_from_this()](const error_code& error) {
                self->m_readPending = false;
                if (error) return self->m_ended ? void() : self->readFailed(error);
                self->readNow();
            });
    }

    /// Plain TCP: what has come stays in the system until it is wanted, so thousands of quiet connections need no buffers.
    void readNow() {
        if (m_ended || !(m_closing || (m_reading && m_receiver))) return;
        std::array<std::byte, kReadBytes> buffer;
        error_code error;
        const auto count = tcpSocket().read_some(asio::buffer(buffer), error);
        if (error == asio::error::would_block || error == asio::error::interrupted) return read();
        if (error) return readFailed(error);
        // While closing it is read away, so that our last words are not lost to a reset.
        if (!m_closing) (*std::shared_ptr<Receiver>(m_receiver))({buffer.data(), count});
        if (!m_ended && (m_reading || m_closing)) read();
    }

    /// Plain TCP: as much as the system takes at once, if nothing waits before it.
    std::size_t writeNow(std::span<const std::byte> bytes) {
        if (queuedBytes() > 0) return 0;
        error_code error;
        const auto count = tcpSocket().write_some(asio::buffer(bytes.data(), bytes.size()), error);
        return error ? 0 : count;   // an error comes again, in its own time
    }

    void deliver() {
        if (m_ended || m_held == 0) return;
        if (m_closing) {
            // The peer still talks while we close: read it away, so that our last words are not lost to a reset.
            m_held = 0;
        } else {
            if (!m_reading) return;
            const auto receiver = m_receiver;
            if (!receiver) return;
            const auto count = std::exchange(m_held, 0);
            (*receiver)({m_buffer.data(), count});
        }
        if (!m_ended && (m_reading || m_closing)) read();
    }

    void readFailed(const error_code& error) {
        const bool orderly = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
        end({orderly ? base::ErrorKind::cancelled : base::ErrorKind::unreachable,
             orderly ? "closed_by_peer" : "connection_lost",
             orderly ? "The other side closed the connection." : "The connection was lost.", {}, error.message()});
    }

    void write() {
        if (!m_writing.empty() || m_waiting.empty()) return;
        std::swap(m_writing, m_waiting);
        asio::async_write(m_socket, asio::buffer(m_writing),
                          [self = this->shared_from_this()](const error_code& error, std::size_t) {
                              self->m_writing = {};
                              if (self->m_ended) return;
                              if (error) return self->readFailed(error);
                              self->write();
                              if (self->m_closing && self->queuedBytes() == 0) self->shutDown();
                          });
    }

    void shutDown() {
        if constexpr (kTls) {
            m_socket.async_shutdown([self = this->shared_from_this()](const error_code&) { self->close(); });
        } else {
            error_code ignored;
            m_socket.shutdown(tcp::socket::shutdown_send, ignored);
            // Until the peer's FIN, or the timer.
            if (m_held > 0)
                m_loop.post([self = this->shared_from_this()] { self->deliver(); });
            else
                read();
        }
    }

    void end(base::Error why) {
        if (m_ended) return;
        const auto guard = this->shared_from_this();
        m_ended = true;
        m_waiting.clear();
        m_closeTimer.cancel();
        error_code ignored;
        tcpSocket().close(ignored);
        m_ticket.reset();
        m_receiver = nullptr;
        m_loop.post([self = this->shared_from_this(), why = std::move(why)] {
            if (auto closed = std::exchange(self->m_onClosed, nullptr)) closed(why);
        });
        if (const auto kept = m_kept.lock()) kept->reset();
    }

    EventLoop& m_loop;
    Socket m_socket;
    std::shared_ptr<void> m_ticket;
    base::SocketAddress m_local;
    base::SocketAddress m_remote;
    base::Bytes m_buffer;        ///< TLS only
    std::size_t m_held = 0;      ///< bytes of m_buffer not delivered yet
    bool m_reading = false;
    bool m_readPending = false;
    bool m_closing = false;
    bool m_ended = false;
    base::Bytes m_waiting;
    base::Bytes m_writing;
    std::shared_ptr<Receiver> m_receiver;
    std::function<void(base::Error)> m_onClosed;
    base::Timer m_closeTimer;
    std::weak_ptr<std::shared_ptr<Connection>> m_kept;
};

/// One call of connectTcp: look-up, the race of addresses, TLS.
class Connecting : public std::enable_shared_from_this<Connecting> {
  public:
    Connecting(EventLoop& loop, ConnectOptions options, ConnectAnswer answer)
        : m_loop(loop), m_options(std::move(options)), m_answer(std::move(answer)) {}

    void start() {
        const auto weak = weak_from_this();
        m_timer = m_loop.postAfter(m_options.timeout, [weak] {
            if (auto self = weak.lock())
                self->finish(base::fail(base::ErrorKind::unreachable, "connect_timeout",
                                        self->where() + " does not answer.",
                                        "Check the address and your internet connection.", self->m_lastError));
        });
        m_lookup = resolveHost(m_loop, m_options.host, m_options.port, [weak](auto found) {
            auto self = weak.lock();
            if (!self) return;
            if (!found) return self->finish(base::Unexpected(std::move(found).error()));
            self->m_addresses = interleaved(std::move(*found));
            self->nextAttempt();
        });
    }

    void abort() {
        m_answer = nullptr;
        finish(base::fail(base::ErrorKind::cancelled, "cancelled", "Given up."));
    }

  private:
    /// RFC 8305 section 4: the families in turn.
    static std::vector<base::SocketAddress> interleaved(std::vector<base::SocketAddress> all) {
        std::vector<base::SocketAddress> first, second, out;
        for (const auto& a : all) (a.ip.isV4() == all.front().ip.isV4() ? first : second).push_back(a);
        for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
            if (i < first.size()) out.push_back(first[i]);
            if (i < second.size()) out.push_back(second[i]);
        }
        return out;
    }

    std::string where() const {
        const auto host = m_options.host.find(':') != std::string::npos ? "[" + m_options.host + "]" : m_options.host;
        return host + " (port " + std::to_string(m_options.port) + ")";
    }

    void nextAttempt() {
        if (m_done || m_next >= m_addresses.size()) return;
        const auto address = m_addresses[m_next++];
        m_sockets.emplace_back(m_loop.context());
        const auto mine = std::prev(m_sockets.end());
        ++m_running;
        mine->async_connect(toEndpoint<tcp::endpoint>(address), [self = shared_from_this(), mine](const error_code& error) {
            self->attemptEnded(mine, error);
        });
        if (m_next < m_addresses.size())
            m_attemptTimer = m_loop.postAfter(kAttemptDelay, [weak = weak_from_this()] {
                if (auto self = weak.lock()) self->nextAttempt();
            });
    }

    void attemptEnded(std::list<tcp::socket>::iterator mine, const error_code& error) {
        --m_running;
        if (m_done || m_connected) return;
        if (!error) {
            m_connected = true;
            m_attemptTimer.cancel();
            auto socket = std::move(*mine);
            for (auto& other : m_sockets) {
                error_code ignored;
                other.close(ignored);
            }
            return m_options.tls ? secure(std::move(socket)) : succeed<tcp::socket>(std::move(socket));
        }
        // "Refused" says most about what is wrong: it wins over the other addresses' reasons.
        if (m_lastCode != asio::error::connection_refused) {
            m_lastCode = error;
            m_lastError = error.message();
        }
        if (m_next < m_addresses.size()) return nextAttempt();
        if (m_running > 0) return;
        const bool refused = m_lastCode == asio::error::connection_refused;
        finish(base::fail(base::ErrorKind::unreachable, refused ? "connection_refused" : "connect_failed",
                          refused ? "Nothing answers at " + where() + "." : where() + " cannot be reached.",
                          refused ? "Check the address, and that the server is running."
                                  : "Check the address and your internet connection.",
                          m_lastError));
    }

    void secure(tcp::socket socket) {
        auto context = makeClientContext(*m_options.tls);
        if (!context) return finish(base::Unexpected(std::move(context).error()));
        asio::ssl::context owned(*context);
        m_tls = std::make_unique<TlsSocket>(std::move(socket), owned);
        if (!expectHost(m_tls->native_handle(), m_options.certificateName.empty() ? m_options.host : m_options.certificateName))
            return finish(base::fail(base::ErrorKind::invalidInput, "url_host", "The address names no valid host."));
        m_tls->async_handshake(TlsSocket::client, [self = shared_from_this()](const error_code& error) {
            if (self->m_done) return;
            if (!error) return self->succeed<TlsSocket>(std::move(*self->m_tls));
            self->finish(base::Unexpected(
                handshakeError(self->m_tls->native_handle(), self->m_options.host, *self->m_options.tls, error.message())));
        });
    }

    template <class Socket>
    void succeed(Socket socket) {
        finish(std::make_shared<Connection<Socket>>(m_loop, std::move(socket), nullptr)->handle());
    }

    void finish(base::Result<std::shared_ptr<TcpStream>> result) {
        if (m_done) return;
        m_done = true;
        m_timer.cancel();
        m_attemptTimer.cancel();
        m_lookup.cancel();
        error_code ignored;
        for (auto& socket : m_sockets) socket.close(ignored);
        if (m_tls) m_tls->next_layer().close(ignored);
        if (auto answer = std::exchange(m_answer, nullptr)) answer(std::move(result));
    }

    EventLoop& m_loop;
    ConnectOptions m_options;
    ConnectAnswer m_answer;
    base::Timer m_timer;
    base::Timer m_attemptTimer;
    Pending m_lookup;
    std::vector<base::SocketAddress> m_addresses;
    std::size_t m_next = 0;
    int m_running = 0;
    std::list<tcp::socket> m_sockets;
    std::unique_ptr<TlsSocket> m_tls;
    error_code m_lastCode;
    std::string m_lastError;
    bool m_connected = false;
    bool m_done = false;
};

}  // namespace

Pending connectTcp(EventLoop& loop, ConnectOptions options, ConnectAnswer answer) {
    auto connecting = std::make_shared<Connecting>(loop, std::move(options), std::move(answer));
    connecting->start();
    return Pending([connecting] { connecting->abort(); });
}

struct TcpListener::Impl : std::enable_shared_from_this<Impl> {
    Impl(EventLoop& l, const Limits& lim, Admit a, Accepted d)
        : loop(l), limits(lim), admit(std::move(a)), accepted(std::move(d)), acceptor(l.context()) {}

    EventLoop& loop;
    Limits limits;
    Admit admit;
    Accepted accepted;
    tcp::acceptor acceptor;
    std::unique_ptr<asio::ssl::context> tls;
    base::Timer pause;
    bool stopped = false;

    void next() {
        acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
            if (self->stopped) return;
            if (error) {
                // Out of file descriptors, mostly: others close theirs meanwhile.
                self->pause = self->loop.postAfter(kAcceptPause, [weak = self->weak_from_this()] {
                    if (auto strong = weak.lock(); strong && !strong->stopped) strong->next();
                });
                return;
            }
            self->take(std::move(socket));
            self->next();
        });
    }

    void take(tcp::socket socket) {
        error_code error;
        const auto remote = socket.remote_endpoint(error);
        if (error) return;
        auto ticket = admit(fromEndpoint(remote));
        if (!ticket) return;
        if (!tls) return accepted(std::make_shared<Connection<tcp::socket>>(loop, std::move(socket), ticket)->handle());
        handshake(std::make_shared<TlsSocket>(std::move(socket), *tls), std::move(ticket));
    }

    void handshake(std::shared_ptr<TlsSocket> socket, std::shared_ptr<void> ticket) {
        auto timer = std::make_shared<base::Timer>();
        *timer = loop.postAfter(limits.tlsHandshakeTime, [weak = std::weak_ptr(socket)] {
            error_code ignored;
            if (auto late = weak.lock()) late->next_layer().close(ignored);
        });
        socket->async_handshake(TlsSocket::server, [self = shared_from_this(), socket, ticket, timer](const error_code& error) {
            timer->cancel();
            if (error || self->stopped) return;
            self->accepted(std::make_shared<Connection<TlsSocket>>(self->loop, std::move(*socket), ticket)->handle());
        });
    }
};

TcpListener::TcpListener(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}

TcpListener::~TcpListener() {
    m_impl->stopped = true;
    m_impl->pause.cancel();
    error_code ignored;
    m_impl->acceptor.close(ignored);
}

base::Result<std::unique_ptr<TcpListener>> TcpListener::open(EventLoop& loop, const base::SocketAddress& address,
                                                             const Limits& limits, Admit admit, Accepted accepted) {
    auto impl = std::make_shared<Impl>(loop, limits, std::move(admit), std::move(accepted));
    const auto endpoint = toEndpoint<tcp::endpoint>(address);
    auto& acceptor = impl->acceptor;
    error_code error;
    acceptor.open(endpoint.protocol(), error);
#if !defined(_WIN32)
    // On Windows this option would let two servers share the port.
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
#endif
    if (!error && address.ip.isV6()) {
        error_code ignored;
        acceptor.set_option(asio::ip::v6_only(!address.ip.isUnspecified()), ignored);
    }
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (error)
        return base::fail(base::ErrorKind::unavailable, "listen_failed",
                          "The server cannot listen on " + address.toString() + ": " + error.message() + ".",
                          error == asio::error::address_in_use ? "Another program uses this port; end it or choose another port."
                                                               : "Choose another address or port.");
    loop.post([weak = std::weak_ptr(impl)] {
        if (auto strong = weak.lock(); strong && !strong->stopped) strong->next();
    });
    return std::unique_ptr<TcpListener>(new TcpListener(std::move(impl)));
}

base::SocketAddress TcpListener::localAddress() const {
    error_code ignored;
    return fromEndpoint(m_impl->acceptor.local_endpoint(ignored));
}

base::Result<void> TcpListener::setTls(const TlsCredentials& credentials) {
    auto context = makeServerContext(credentials);
    if (!context) return base::Unexpected(std::move(context).error());
    m_impl->tls = std::make_unique<asio::ssl::context>(*context);
    return {};
}

}  // namespace parlour::net
