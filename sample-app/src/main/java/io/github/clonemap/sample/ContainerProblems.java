package io.github.clonemap.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Lets Tomcat answer with Problem Details, not with HTML, to what it refuses before the
 * application sees it, such as {@code /api/flags/a%2Fb}.
 */
@Component
class ContainerProblems implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		factory.addContextCustomizers((context) -> {
			if (context.getParent() instanceof StandardHost host) {
				host.setErrorReportValveClass(ProblemReportValve.class.getName());
			}
		});
	}

	/**
	 * Writes the report. Public because Tomcat makes it.
	 */
	public static class ProblemReportValve extends ErrorReportValve {

		@Override
		protected void report(Request request, Response response, @Nullable Throwable throwable) {
			int code = response.getStatus();
			if (code < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
				return;
			}
			HttpStatus status = HttpStatus.resolve(code);
			String title = (status != null) ? status.getReasonPhrase() : "Error";
			response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
			try {
				response.getOutputStream()
					.write("{\"status\":%d,\"title\":\"%s\"}".formatted(code, title).getBytes(StandardCharsets.UTF_8));
				response.finishResponse();
			}
			catch (IOException ex) {
				// The client has gone.
			}
		}

	}

}
