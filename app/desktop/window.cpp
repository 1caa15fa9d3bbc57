// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/window.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QQmlNetworkAccessManagerFactory>
#include <QFile>
#include <QQuickWindow>
#include <QtQml/qqmlextensionplugin.h>

#include "ui/controls/icon_provider.h"
#include "ui/models/app_model.h"

Q_IMPORT_QML_PLUGIN(Parlour_ThemePlugin)
Q_IMPORT_QML_PLUGIN(Parlour_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Parlour_ModelsPlugin)
Q_IMPORT_QML_PLUGIN(Parlour_PagesPlugin)

namespace parlour::desktop {

namespace {
/// Answers every request with "access denied": nothing in QML ever needs the network (security T26).
class DeniedReply final : public QNetworkReply {
  public:
    DeniedReply(const QNetworkRequest& asked, QObject* parent) : QNetworkReply(parent) {
        setRequest(asked);
        setUrl(asked.url());
        setError(ContentAccessDenied, QStringLiteral("The pages of Parlour do not use the network."));
        setFinished(true);
        QMetaObject::invokeMethod(this, [this] { emit finished(); }, Qt::QueuedConnection);
    }
    void abort() override {}
    qint64 readData(char*, qint64) override { return -1; }
};

class DenyingManager final : public QNetworkAccessManager {
  public:
    using QNetworkAccessManager::QNetworkAccessManager;

  protected:
    QNetworkReply* createRequest(Operation, const QNetworkRequest& asked, QIODevice*) override {
        return new DeniedReply(asked, this);
    }
};
}  // namespace

struct MainWindow::DenyNetwork final : QQmlNetworkAccessManagerFactory {
    QNetworkAccessManager* create(QObject* parent) override { return new DenyingManager(parent); }
};

bool choosePlatform() {
#if defined(Q_OS_LINUX)
    if (!qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) return qgetenv("QT_QPA_PLATFORM") == "offscreen";
    // Only what is there is tried: Qt complains aloud about each plug-in that it cannot load.
    const bool wayland = !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY"), x11 = !qEnvironmentVariableIsEmpty("DISPLAY");
    qputenv("QT_QPA_PLATFORM", QByteArray(wayland ? "wayland;" : "") + (x11 ? "xcb;" : "") + "offscreen");
    return !wayland && !x11;
#else
    return false;
#endif
}

namespace {

/// For benchmarks: the file named by PARLOUR_TIMING appears when the first picture has been shown.
void noteFirstPicture(QQuickWindow* window) {
    const auto file = qEnvironmentVariable("PARLOUR_TIMING");
    if (file.isEmpty() || window == nullptr) return;
    auto* once = new QObject(window);
    QObject::connect(window, &QQuickWindow::frameSwapped, once, [file, once] {
        QFile note(file);
        if (note.open(QIODevice::WriteOnly)) note.write("shown\n");
        once->deleteLater();
    });
}

}  // namespace

MainWindow::MainWindow(ui::AppModel& app) : m_deny(std::make_unique<DenyNetwork>()) {
    m_engine.setNetworkAccessManagerFactory(m_deny.get());
    m_engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    m_engine.addImageProvider(QStringLiteral("icons"), new ui::IconProvider);
    m_engine.setProperty("parlourApp", QVariant::fromValue(&app));
}

MainWindow::~MainWindow() = default;

bool MainWindow::load() {
    m_engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Parlour/Pages/Main.qml")));
    if (m_engine.rootObjects().isEmpty()) return false;
    m_window = qobject_cast<QQuickWindow*>(m_engine.rootObjects().constFirst());
    noteFirstPicture(m_window);
    return m_window != nullptr;
}

bool MainWindow::screenshot(const QString& file) const { return m_window && m_window->grabWindow().save(file); }

}  // namespace parlour::desktop
