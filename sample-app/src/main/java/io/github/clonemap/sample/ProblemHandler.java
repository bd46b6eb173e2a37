package io.github.clonemap.sample;

import java.util.List;

import io.github.clonemap.CloneConditionFailedException;
import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.CloneException;
import io.github.clonemap.CloneInterruptedException;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneRejectedException;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.CloneTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.MessageSourceResolvable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.validation.FieldError;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Turns every failure into Problem Details (RFC 9457). The base class does so for those
 * of Spring MVC; here are those of the map, one for each decision that a client can take.
 */
@RestControllerAdvice
class ProblemHandler extends ResponseEntityExceptionHandler {

	private static final Logger logger = LoggerFactory.getLogger(ProblemHandler.class);

	private static final String RETRY_AFTER_SECONDS = "2";

	/**
	 * Somebody else was faster: read and decide again.
	 */
	@ExceptionHandler
	@Nullable ResponseEntity<Object> handle(CloneConditionFailedException ex, WebRequest request) {
		HttpHeaders headers = new HttpHeaders();
		if (ex.getCurrentSequence() != 0) {
			headers.setETag(FlagController.entityTag(ex.getCurrentSequence()));
		}
		return problem(ex, HttpStatus.PRECONDITION_FAILED, (ex.getCurrentSequence() != 0)
				? "The flag is not at the version that the request expects: ETag has the current one. Read it and decide again."
				: "The flag is not at the version that the request expects: it does not exist.", headers, request);
	}

	/**
	 * Nothing was sent: repeat it later.
	 */
	@ExceptionHandler({ CloneNotConnectedException.class, CloneStoppedException.class })
	@Nullable ResponseEntity<Object> handleUnavailable(CloneException ex, WebRequest request) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
		return problem(ex, HttpStatus.SERVICE_UNAVAILABLE,
				"No Clone server can be reached: nothing was written. Reads still work.", headers, request);
	}

	/**
	 * The outcome is unknown: read, and repeat it under a condition.
	 */
	@ExceptionHandler({ CloneTimeoutException.class, CloneInterruptedException.class })
	@Nullable ResponseEntity<Object> handleUnknownOutcome(CloneException ex, WebRequest request) {
		return problem(ex, HttpStatus.GATEWAY_TIMEOUT,
				"The Clone server did not answer in time: it is unknown whether this was written.", new HttpHeaders(),
				request);
	}

	/**
	 * The server is full, or this is too large for it.
	 */
	@ExceptionHandler
	@Nullable ResponseEntity<Object> handle(CloneRejectedException ex, WebRequest request) {
		return problem(ex, HttpStatus.INSUFFICIENT_STORAGE, ex.getMessage(), new HttpHeaders(), request);
	}

	/**
	 * The value cannot be written, or what somebody else wrote cannot be read.
	 */
	@ExceptionHandler
	@Nullable ResponseEntity<Object> handle(CloneEncodingException ex, WebRequest request) {
		return problem(ex, HttpStatus.UNPROCESSABLE_CONTENT, ex.getMessage(), new HttpHeaders(), request);
	}

	/**
	 * A defect. The details are for the log, not for the client.
	 */
	@ExceptionHandler
	@Nullable ResponseEntity<Object> handle(Exception ex, WebRequest request) {
		if (DisconnectedClientHelper.isClientDisconnectedException(ex)) {
			return null;
		}
		logger.error("A request failed: {}", request.getDescription(false), ex);
		return problem(ex, HttpStatus.INTERNAL_SERVER_ERROR, "The request failed; the log says why.", new HttpHeaders(),
				request);
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
			HandlerMethodValidationException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		List<String> errors = ex.getParameterValidationResults()
			.stream()
			.flatMap((result) -> result.getResolvableErrors().stream().map((error) -> describe(result, error)))
			.sorted()
			.toList();
		ProblemDetail problem = ex.getBody();
		problem.setDetail(String.join("; ", errors));
		return handleExceptionInternal(ex, problem, headers, status, request);
	}

	private static String describe(ParameterValidationResult result, MessageSourceResolvable error) {
		String name = (error instanceof FieldError field) ? field.getField()
				: result.getMethodParameter().getParameterName();
		return name + " " + error.getDefaultMessage();
	}

	private @Nullable ResponseEntity<Object> problem(Exception ex, HttpStatus status, @Nullable String detail,
			HttpHeaders headers, WebRequest request) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		return handleExceptionInternal(ex, problem, headers, status, request);
	}

}
