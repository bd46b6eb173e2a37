package io.github.clonemap.autoconfigure;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.Footprint;
import io.github.clonemap.JavaProcess;
import io.github.clonemap.autoconfigure.restart.RestartedApplication;
import io.github.clonemap.autoconfigure.restart.RestartedEngine;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that is closed lets go of its class loader: servlet containers and
 * DevTools start applications again and again in one JVM.
 */
class ClassLoaderTests {

	/**
	 * What libraries keep by soft references they keep until memory is short; this option
	 * lets the collector take it at once.
	 */
	private static final List<String> OPTIONS = List.of("-Xmx256m", "-XX:SoftRefLRUPolicyMSPerMB=0");

	@Test
	void theClassLoaderThatBringsTheEngineIsCollectedAfterTheEndOfServerAndClient() throws Exception {
		inAProcessOfItsOwn("engine");
	}

	@Test
	void theClassLoaderOfAnApplicationThatIsRestartedIsCollectedAfterItsEnd() throws Exception {
		inAProcessOfItsOwn("application");
	}

	private static void inAProcessOfItsOwn(String what) throws Exception {
		try (JavaProcess process = JavaProcess.start(ClassLoaderTests.class, OPTIONS, what)) {
			process.awaitSuccess(Duration.ofSeconds(60));
		}
	}

	/**
	 * The test in its process.
	 */
	public static void main(String[] arguments) throws Exception {
		if (arguments[0].equals("engine")) {
			// Not the whole application: Spring Boot's binding of constructors keeps the
			// class loader that brought it, on Java 17, whoever uses it.
			assertIsCollected(RestartedEngine.class,
					() -> new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader()));
		}
		else {
			assertIsCollected(RestartedApplication.class,
					() -> new RestartClassLoader(classPath(), ClassLoaderTests.class.getClassLoader()));
		}
		System.exit(0);
	}

	private static void assertIsCollected(Class<? extends Runnable> application, LoaderFactory factory)
			throws Exception {
		// What stays in this process belongs to its first user, and that is not counted.
		application.getConstructor().newInstance().run();
		Footprint before = Footprint.now();
		List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			loaders.add(run(application, factory.create()));
		}
		before.awaitNothingNew();
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			System.gc();
			assertThat(loaders).extracting(WeakReference::get).containsOnlyNulls();
		});
	}

	/**
	 * On a thread of its own, as DevTools does it: what libraries leave in its
	 * thread-locals ends with it.
	 */
	private static WeakReference<ClassLoader> run(Class<?> type, URLClassLoader loader) throws Exception {
		CompletableFuture<Void> run = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try (loader) {
				Class<?> application = loader.loadClass(type.getName());
				assertThat(application.getClassLoader()).isSameAs(loader);
				((Runnable) application.getConstructor().newInstance()).run();
				run.complete(null);
			}
			catch (Throwable ex) {
				run.completeExceptionally(ex);
			}
		}, "restartedMain");
		thread.setContextClassLoader(loader);
		thread.start();
		run.get(30, TimeUnit.SECONDS);
		thread.join();
		return new WeakReference<>(loader);
	}

	private static URL[] classPath() {
		List<URL> urls = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			try {
				urls.add(Path.of(entry).toUri().toURL());
			}
			catch (MalformedURLException ex) {
				throw new AssertionError(ex);
			}
		}
		return urls.toArray(URL[]::new);
	}

	@FunctionalInterface
	private interface LoaderFactory {

		URLClassLoader create();

	}

	/**
	 * As that of DevTools: the application's classes are its own, the libraries, Clone
	 * among them, stay.
	 */
	private static final class RestartClassLoader extends URLClassLoader {

		private static final String APPLICATION = RestartedApplication.class.getPackageName();

		RestartClassLoader(URL[] urls, ClassLoader parent) {
			super(urls, parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(APPLICATION)) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : findClass(name);
			}
		}

	}

}
