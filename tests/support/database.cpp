// SPDX-License-Identifier: Apache-2.0
#include "tests/support/database.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "core/base/clock.h"
#include "core/house/store/migrations.h"
#include "tests/support/catch.h"
#include "tests/support/sqlite.h"

namespace parlour::tests {

namespace {

namespace fs = std::filesystem;

/// Where initdb and postgres are: in the path, or where Debian keeps them.
fs::path programs() {
    std::vector<fs::path> places;
    const char* path = std::getenv("PATH");
    for (std::string rest = path ? path : ""; !rest.empty();) {
        const auto end = rest.find(':');
        places.emplace_back(rest.substr(0, end));
        rest = end == std::string::npos ? "" : rest.substr(end + 1);
    }
    if (fs::exists("/usr/lib/postgresql"))
        for (const auto& version : fs::directory_iterator("/usr/lib/postgresql")) places.push_back(version.path() / "bin");
    for (const auto& place : places)
        if (fs::exists(place / "initdb") && fs::exists(place / "postgres")) return place;
    return {};
}

class Server {
  public:
    static Server& get() {
        static Server server;
        return server;
    }
    std::string address(const std::string& schema) const {
        return "postgresql://parlour@/postgres?host=" + m_folder.string() + "&options=-csearch_path%3D" + schema;
    }
    void start() {
        int output[2];
        if (::pipe2(output, O_CLOEXEC) != 0) fail("no pipe");
        m_process = run("postgres", output[1], {"-D", data(), "-k", m_folder.string(), "-c", "listen_addresses=", "-c", "fsync=off",
                                                "-c", "full_page_writes=off", "-c", "max_connections=60", "-c", "shared_buffers=32MB",
                                                "-c", "log_checkpoints=off", "-c", "log_min_messages=log"});
        ::close(output[1]);
        if (m_output >= 0) ::close(m_output);
        m_output = output[0];  // stays open: the server may go on writing
        std::string said;
        char bytes[512];
        while (said.find("ready to accept connections") == std::string::npos) {
            const auto count = ::read(m_output, bytes, sizeof bytes);
            if (count <= 0) fail("the private PostgreSQL does not start: " + said);
            said.append(bytes, static_cast<std::size_t>(count));
        }
    }
    /// What it wrote since it was last asked.
    std::string said() const {
        ::fcntl(m_output, F_SETFL, O_NONBLOCK);
        std::string all;
        char bytes[512];
        for (ssize_t count = 0; (count = ::read(m_output, bytes, sizeof bytes)) > 0;) all.append(bytes, static_cast<std::size_t>(count));
        return all;
    }
    void stop() {
        if (m_process <= 0) return;
        ::kill(m_process, SIGQUIT);  // at once, as a crash would
        ::waitpid(m_process, nullptr, 0);
        m_process = 0;
    }

  private:
    Server() : m_owner(::getpid()), m_programs(programs()) {
        if (m_programs.empty()) fail("PostgreSQL is not installed; `./dev deps` installs it");
        if (::geteuid() == 0) {
            const passwd* user = ::getpwnam("postgres");  // made by the package; root may not run it
            if (!user) user = ::getpwnam("nobody");
            if (!user) fail("no unprivileged user to run PostgreSQL as");
            m_user = user->pw_uid;
            m_group = user->pw_gid;
        }
        char name[] = "/tmp/parlour-postgres-XXXXXX";
        m_folder = ::mkdtemp(name);
        if (m_user != 0 && ::chown(name, m_user, m_group) != 0) fail("the folder of the private PostgreSQL cannot be given away");
        const pid_t made = run("initdb", 2, {"-D", data(), "-A", "trust", "-U", "parlour", "-E", "UTF8", "--locale=C.UTF-8", "-N"});
        int status = 0;
        ::waitpid(made, &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("initdb failed");
        start();
    }
    ~Server() {
        if (::getpid() != m_owner) return;  // a child of a test
        stop();
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    std::string data() const { return (m_folder / "data").string(); }
    [[noreturn]] static void fail(const std::string& why) {
        std::fprintf(stderr, "%s\n", why.c_str());
        std::_Exit(1);
    }
    pid_t run(const char* program, int output, const std::vector<std::string>& arguments) const {
        std::vector<std::string> words{(m_programs / program).string()};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        const std::string folder = m_folder.string();
        const pid_t child = ::fork();
        if (child != 0) return child;
        if (m_user != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(m_group) != 0 || ::setuid(m_user) != 0)) ::_exit(1);
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // not left behind when a test crashes
        ::dup2(output, 2);
        ::dup2(::open("/dev/null", O_WRONLY), 1);
        if (::chdir(folder.c_str()) != 0) ::_exit(1);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }

    const pid_t m_owner;
    const fs::path m_programs;
    fs::path m_folder;
    uid_t m_user = 0;
    gid_t m_group = 0;
    pid_t m_process = 0;
    int m_output = -1;
};

std::vector<std::string> ask(const std::string& where, const std::string& statements) {
    const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(where.c_str()), PQfinish);
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), statements.c_str()), PQclear);
    const auto status = PQresultStatus(result.get());
    INFO(statements << "\n" << PQerrorMessage(connection.get()));
    REQUIRE((status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK));
    std::vector<std::string> rows;
    for (int i = 0; i < PQntuples(result.get()); ++i) {
        std::string row;
        for (int k = 0; k < PQnfields(result.get()); ++k) row += (k ? "|" : "") + std::string(PQgetvalue(result.get(), i, k));
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

Database::Database(Engine engine) : m_engine(engine) {
    if (engine == Engine::sqlite) {
        char name[] = "/tmp/parlour-store-XXXXXX";
        m_folder = ::mkdtemp(name);
        m_where = (m_folder / "house.db").string();
        return;
    }
    static int count = 0;
    m_schema = "test" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    m_where = Server::get().address(m_schema);
    sql("CREATE SCHEMA " + m_schema);
}

Database::~Database() {
    std::error_code ignored;
    if (m_engine == Engine::sqlite) std::filesystem::remove_all(m_folder, ignored);
    // A schema of PostgreSQL goes with its server: dropping it would wait for a store that a failed test left open.
}

std::unique_ptr<house::Store> Database::open() const {
    static const base::SystemClock kClock;
    return open(kClock);
}

std::unique_ptr<house::Store> Database::open(const base::Clock& clock) const {
    auto store = house::Store::open(m_where, clock);
    INFO((store ? "" : base::describe(store.error())));
    INFO((store || m_engine == Engine::sqlite ? "" : Server::get().said()));
    REQUIRE(store);
    return std::move(*store);
}

std::vector<std::string> Database::sql(const std::string& statements) const {
    return m_engine == Engine::sqlite ? sqlOn(m_where, statements) : ask(m_where, statements);
}

void Database::fill(house::Store& store, bool full) const {
    if (m_engine == Engine::sqlite) return store.limitPages(full ? 1 : 1'000'000);
    sql("CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$");
    for (const auto& table : sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
        sql(full ? "CREATE TRIGGER disk_full BEFORE INSERT ON " + table + " EXECUTE FUNCTION disk_full()" : "DROP TRIGGER disk_full ON " + table);
}

void Database::makeVersion(int version) const {
    const auto dialect = m_engine == Engine::sqlite ? house::Dialect::sqlite : house::Dialect::postgresql;
    for (const auto& step : house::migrations())
        if (step.version <= version) sql(house::inWordsOf(dialect, std::string(step.sql)));
    sql("INSERT INTO meta(name, value) VALUES('schema_version', '" + std::to_string(version) + "')");
}

Engine eachEngine() { return GENERATE(Engine::sqlite, Engine::postgresql); }

Engine chosenEngine() {
    const char* chosen = std::getenv("PARLOUR_TEST_STORE");
    return chosen && std::string_view(chosen) == "postgresql" ? Engine::postgresql : Engine::sqlite;
}

void stopPostgres() { Server::get().stop(); }
void startPostgres() { Server::get().start(); }

}  // namespace parlour::tests
