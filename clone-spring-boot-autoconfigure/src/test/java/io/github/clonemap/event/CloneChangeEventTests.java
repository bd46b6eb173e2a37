package io.github.clonemap.event;

import java.time.Instant;
import java.util.List;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneWriter;
import org.junit.jupiter.api.Test;

import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CloneChangeEvent}.
 */
class CloneChangeEventTests {

	private final CloneMap<String> map = mock();

	private final CloneChange<String> change = new CloneChange<>("names", "secret-key", Kind.UPDATED, "secret-new",
			"secret-old", 42, new CloneWriter(CloneWriter.Kind.NATIVE, 7), Instant.EPOCH, Phase.LIVE);

	private final CloneChangeEvent<String> event = new CloneChangeEvent<>(this.map, String.class, this.change);

	@Test
	void showsTheChange() {
		assertThat(this.event.getChange()).isSameAs(this.change);
		assertThat(this.event.getMap()).isSameAs(this.map);
		assertThat(this.event.getKey()).isEqualTo("secret-key");
		assertThat(this.event.getKind()).isEqualTo(Kind.UPDATED);
		assertThat(this.event.getValue()).isEqualTo("secret-new");
		assertThat(this.event.getPreviousValue()).isEqualTo("secret-old");
		assertThat(this.event.getPhase()).isEqualTo(Phase.LIVE);
	}

	@Test
	void sourceIsTheMapAndStaysTheSame() {
		CloneChangeEvent<String> next = new CloneChangeEvent<>(this.map, String.class, this.change);
		assertThat(this.event.getSource()).isSameAs(this.map).isSameAs(next.getSource());
	}

	@Test
	void hasItsFullType() {
		ResolvableType type = ResolvableType.forInstance(this.event);
		assertThat(type.resolve()).isEqualTo(CloneChangeEvent.class);
		assertThat(type.getGeneric().resolve()).isEqualTo(String.class);
	}

	@Test
	void typeIsMadeOnce() {
		CloneChangeEvent<String> next = new CloneChangeEvent<>(this.map, String.class, this.change);
		assertThat(next.getResolvableType()).isSameAs(this.event.getResolvableType())
			.isSameAs(CloneChangeEvent.type(String.class))
			.isNotSameAs(CloneChangeEvent.type(List.class));
	}

	@Test
	void textNamesNeitherKeyNorValues() {
		assertThat(this.event).hasToString("CloneChangeEvent[map=names, kind=UPDATED, phase=LIVE, sequence=42]");
	}

}
