package io.github.clonemap.sample;

import java.util.List;

import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The fleet, this instance's state, and the live stream of both and of the flags.
 */
@RestController
@RequestMapping("/api")
class BoardController {

	private final FleetBoard board;

	private final EventStreams streams;

	BoardController(FleetBoard board, EventStreams streams) {
		this.board = board;
		this.streams = streams;
	}

	@GetMapping("/fleet")
	List<InstanceView> fleet() {
		return this.board.fleet();
	}

	@GetMapping("/state")
	StateView state() {
		return this.board.state();
	}

	@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	ResponseEntity<SseEmitter> events() {
		return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(this.streams.open());
	}

}
