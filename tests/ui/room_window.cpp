// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/room_window.h"

#include <QCoreApplication>
#include <QTest>

#include "app/desktop/scenes.h"

namespace parlour::tests {

namespace {
int g_warnings = 0;   // of the pages, counted by the message handler below
QtMessageHandler g_before = nullptr;

void countWarnings(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    if (type == QtWarningMsg && (message.contains(QLatin1String("qrc:/qt/qml")) || message.contains(QLatin1String("QML")))) ++g_warnings;
    if (g_before) g_before(type, context, message);
}

void walk(QAccessibleInterface* face, std::vector<Node>& nodes) {
    if (!face || !face->isValid() || face->state().invisible) return;
    Node node;
    node.role = face->role();
    node.name = face->text(QAccessible::Name);
    node.description = face->text(QAccessible::Description);
    node.focusable = face->state().focusable;
    node.checkable = face->state().checkable;
    node.face = face;
    nodes.push_back(node);
    for (int i = 0; i < face->childCount(); ++i) walk(face->child(i), nodes);
}

void collect(QQuickItem* item, const char* className, std::vector<QQuickItem*>& found) {
    if (item->inherits(className)) found.push_back(item);
    for (auto* child : item->childItems()) collect(child, className, found);
}
}  // namespace

int warnings() { return g_warnings; }

RoomWindow::RoomWindow(const QString& scene, QSize size) {
    if (!g_before) g_before = qInstallMessageHandler(countWarnings);
    preferences.setReducedMotion(true);
    preferences.setTheme(QStringLiteral("light"));
    app = std::make_unique<ui::AppModel>(client, client.houses, clock, preferences, system);
    desktop::prepareScene(*app, preferences, client, scene);
    main = std::make_unique<desktop::MainWindow>(*app);
    if (!main->load()) return;
    window = main->window();
    window->resize(size);
    window->show();
    window->requestActivate();
    (void)QTest::qWaitForWindowActive(window);
    QTest::qWait(150);   // the first snapshot and what it opens
}

RoomWindow::~RoomWindow() {
    main.reset();   // the pages go before the models they show
    app.reset();
}

bool RoomWindow::until(const std::function<bool()>& done) { return QTest::qWaitFor(done, 5000); }
void RoomWindow::settle() { QTest::qWait(60); }

std::vector<Node> RoomWindow::nodes() const {
    std::vector<Node> list;
    walk(QAccessible::queryAccessibleInterface(window), list);
    return list;
}

QStringList RoomWindow::names(QAccessible::Role role) const {
    QStringList list;
    for (const auto& node : nodes())
        if (node.role == role) list << node.name;
    return list;
}

bool RoomWindow::has(const QString& name, QAccessible::Role role) const { return names(role).contains(name); }

bool RoomWindow::press(const QString& name) {
    for (const auto& node : nodes()) {
        if (node.name != name) continue;
        auto* action = node.face->actionInterface();
        if (!action) continue;
        const auto actions = action->actionNames();
        const auto wanted = actions.contains(QAccessibleActionInterface::pressAction()) ? QAccessibleActionInterface::pressAction()
                                                                                      : QAccessibleActionInterface::toggleAction();
        if (!actions.contains(wanted)) continue;
        action->doAction(wanted);
        settle();
        return true;
    }
    return false;
}

void RoomWindow::key(int key, Qt::KeyboardModifiers modifiers) {
    QTest::keyClick(window, static_cast<Qt::Key>(key), modifiers);
    settle();
}
void RoomWindow::keyDown(int key) {
    QTest::keyPress(window, static_cast<Qt::Key>(key));
    settle();
}
void RoomWindow::keyUp(int key) {
    QTest::keyRelease(window, static_cast<Qt::Key>(key));
    settle();
}
void RoomWindow::type(const QString& words) {
    for (const QChar c : words) QTest::keyClick(window, c.toLatin1());
    settle();
}

std::vector<QQuickItem*> RoomWindow::items(const char* className) const {
    std::vector<QQuickItem*> found;
    collect(window->contentItem(), className, found);
    return found;
}

QString RoomWindow::focusName() const {
    auto* item = window->activeFocusItem();
    auto* face = item ? QAccessible::queryAccessibleInterface(item) : nullptr;
    return face ? face->text(QAccessible::Name) : QString();
}

bool said(const RoomWindow& w, const QString& words) {
    for (const auto& node : w.nodes())
        if (node.name.contains(words) || node.description.contains(words)) return true;
    return false;
}

std::vector<std::string> bodies(const RoomWindow& w, const std::string& path) {
    std::vector<std::string> all;
    for (const auto& one : w.client.houses.asked)
        if (one.path == path && !one.body.empty()) all.push_back(one.body);
    return all;
}

std::string lastBody(const RoomWindow& w, const std::string& path) {
    const auto all = bodies(w, path);
    return all.empty() ? std::string() : all.back();
}

QQuickItem* field(const RoomWindow& w, const QString& label) {
    for (const char* kind : {"QQuickTextField", "QQuickTextArea"})
        for (auto* item : w.items(kind)) {
            auto* face = QAccessible::queryAccessibleInterface(item);
            if (item->isVisible() && face && face->text(QAccessible::Name) == label) return item;
        }
    return nullptr;
}

QQuickItem* listNamed(const RoomWindow& w, const QString& start) {
    for (auto* item : w.items("QQuickListView")) {
        auto* face = QAccessible::queryAccessibleInterface(item);
        if (item->isVisible() && face && face->text(QAccessible::Name).startsWith(start)) return item;
    }
    return nullptr;
}

room::RoomState thousands(const std::function<void(room::Participant&, int)>& alsoSo) {
    room::RoomState state;
    state.self = base::Identity("p4000");
    for (int i = 0; i < 5000; ++i) {
        auto person = std::make_shared<room::Participant>();
        person->identity = base::Identity("p" + std::to_string(i));
        person->name = "Person " + std::to_string(i);
        person->isSelf = i == 4000;
        if (i == 4900) person->handKey = "5";
        if (alsoSo) alsoSo(*person, i);
        state.participants.push_back(std::move(person));
    }
    return state;
}

void choose(const RoomWindow& w, const QString& label, int index) {
    for (auto* item : w.items("QQuickComboBox"))
        if (item->isVisible() && item->property("label").toString() == label) {
            item->setProperty("currentIndex", index);
            QMetaObject::invokeMethod(item, "activated", Q_ARG(int, index));
        }
}

}  // namespace parlour::tests
