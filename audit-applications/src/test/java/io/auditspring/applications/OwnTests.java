package io.auditspring.applications;

import java.io.PrintWriter;

import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the tests that an application has of its own, in the application's JVM.
 */
public final class OwnTests {

	private OwnTests() {
	}

	public static void main(String[] args) {
		LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors(DiscoverySelectors.selectPackage(args[0]))
			.filters(ClassNameFilter.includeClassNamePatterns(".*Tests"))
			.build();
		SummaryGeneratingListener listener = new SummaryGeneratingListener();
		LauncherFactory.create().execute(request, listener);
		listener.getSummary().printFailuresTo(new PrintWriter(System.out, true), 100);
		listener.getSummary().printTo(new PrintWriter(System.out, true));
		boolean green = listener.getSummary().getTotalFailureCount() == 0
				&& listener.getSummary().getTestsSucceededCount() > 0;
		System.exit(green ? 0 : 1);
	}

}
