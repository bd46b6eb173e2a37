package io.github.clonemap.sample;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.clonemap.CloneConditionFailedException;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.sample.FlagService.Written;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.annotation.DurationFormat.Style;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The feature flags over HTTP. The entity tag of a flag is the sequence of its last
 * write: sent back in {@code If-Match} it makes a change a compare-and-set.
 */
@RestController
@RequestMapping("/api/flags")
class FlagController {

	private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

	private static final String NAME_RULE = "must be 1 to 64 letters, digits, dots, dashes and underscores, "
			+ "beginning with a letter or digit";

	private final FleetBoard board;

	private final FlagService flags;

	FlagController(FleetBoard board, FlagService flags) {
		this.board = board;
		this.flags = flags;
	}

	@GetMapping
	List<FlagView> list() {
		return this.board.flags();
	}

	@GetMapping("/{name}")
	ResponseEntity<FlagView> get(@PathVariable @Pattern(regexp = NAME, message = NAME_RULE) String name) {
		FlagView flag = this.board.flag(name);
		if (flag == null) {
			throw notFound(name);
		}
		return ResponseEntity.ok().eTag(entityTag(flag.sequence())).body(flag);
	}

	@PutMapping("/{name}")
	CompletableFuture<ResponseEntity<FlagView>> put(
			@PathVariable @Pattern(regexp = NAME, message = NAME_RULE) String name,
			@Valid @RequestBody FlagRequest request,
			@RequestParam(required = false) @DurationFormat(style = Style.COMPOSITE) @Nullable Duration ttl,
			@RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
			@RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch) {
		Precondition precondition = Precondition.of(ifMatch, ifNoneMatch);
		return this.flags.put(name, request.toFlag(), lifetime(ttl), precondition).thenApply(this::response);
	}

	@DeleteMapping("/{name}")
	ResponseEntity<Void> delete(@PathVariable @Pattern(regexp = NAME, message = NAME_RULE) String name,
			@RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
		Precondition precondition = Precondition.of(ifMatch, null);
		if (precondition.condition() == Condition.SEQUENCE) {
			this.flags.remove(name, precondition.sequence());
		}
		else if (!this.flags.remove(name)) {
			if (precondition.condition() == Condition.PRESENT) {
				throw new CloneConditionFailedException("There is no flag '" + name + "'", 0);
			}
			throw notFound(name);
		}
		return ResponseEntity.noContent().build();
	}

	private ResponseEntity<FlagView> response(Written written) {
		FlagView flag = FlagView.of(written.entry());
		return ResponseEntity.status(written.created() ? HttpStatus.CREATED : HttpStatus.OK)
			.eTag(entityTag(flag.sequence()))
			.body(flag);
	}

	private static WriteOptions lifetime(@Nullable Duration ttl) {
		if (ttl == null) {
			return WriteOptions.none();
		}
		if (ttl.compareTo(Duration.ofMillis(1)) < 0 || ttl.compareTo(WriteOptions.MAX_TTL) > 0) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"ttl must be between 1ms and " + WriteOptions.MAX_TTL.toDays() + "d");
		}
		return WriteOptions.none().ttl(ttl);
	}

	/**
	 * The entity tag of a version.
	 * @param sequence the sequence of its write
	 * @return the tag, in double quotes
	 */
	static String entityTag(long sequence) {
		return "\"" + sequence + "\"";
	}

	private static ResponseStatusException notFound(String name) {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no flag '" + name + "'");
	}

}
